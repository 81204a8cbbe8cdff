import { DeviceError, DeviceErrorCode } from 'viewnet/device'
import { CertificateError } from './certificate.js'
import { DeadlineError } from './deadline.js'
import { readChallenges } from './http-challenge.js'
import { SoapFault } from './soap-reply.js'

/** What was being asked when something went wrong. */
export interface Asked {
  /** Such as `FindRecordings`. */
  readonly operation: string
  /** The address that was asked, without credentials. */
  readonly address: string
}

/** An HTTP answer that holds no SOAP message worth reading. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly status: number

  /** @param what - what else there is to say about the answer */
  constructor(status: number, what: string) {
    super(`expected a SOAP answer, got HTTP status ${status}${what === '' ? '' : ` and ${what}`}`)
    this.status = status
  }
}

/** HTTP asks for credentials, or for others; the `cause` is what would have been told without that. */
export class ChallengeError extends Error {
  override readonly name = 'ChallengeError'
  /** The values of every WWW-Authenticate header; there may be none. */
  readonly challenges: readonly string[]

  constructor(challenges: readonly string[], cause: unknown) {
    super(cause instanceof Error ? cause.message : 'expected an answer, got HTTP status 401', { cause })
    this.challenges = challenges
  }
}

/** The connection was lost, or could not be made, before any answer began. */
export class NoReplyError extends Error {
  override readonly name = 'NoReplyError'
  /** A connection that was there was lost: it may have been an idle one that the device had closed, and the question may not have come through. */
  readonly isLoss: boolean

  constructor(cause: unknown) {
    super(`expected an answer, got no usable connection (${messageOf(cause) || networkCode(cause)})`, { cause })
    this.isLoss = LOSSES.has(networkCode(cause))
  }
}

const LOSSES = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/** Faults that say that we may not, whether for want of credentials (WS-Security's and ONVIF's words) or of rights. */
const REFUSALS = new Set(['NotAuthorized', 'FailedAuthentication', 'FailedCheck', 'OperationProhibited'])

/** Faults that say that the device cannot. */
const INABILITIES = new Set(['ActionNotSupported', 'OptionalActionNotImplemented'])

/**
 * Turn whatever ended a question to a device into the error that says whose fault it is.
 *
 * The system's and undici's network errors are 'unreachable', also when the connection breaks within an answer; what the device says for itself is
 * 'refused', 'unsupported' or 'fault'; an answer that cannot be used is 'fault'.
 */
export function toDeviceError(cause: unknown, { operation, address }: Asked): DeviceError {
  if (cause instanceof DeviceError) return cause
  const { code, got } = judge(cause)
  return new DeviceError(code, `${operation} at ${address}: ${got}`, { operation, address, cause })
}

/** Whether the device answered with a SOAP fault of that code or subcode. */
export function hasFaultCode(error: unknown, code: string): boolean {
  const cause = causeOf(error)
  return cause instanceof SoapFault && cause.codes.includes(code)
}

/** Whether the device answered with a SOAP fault, of any kind. */
export function isSoapFault(error: unknown): boolean {
  return causeOf(error) instanceof SoapFault
}

/** Whether the device answered with an HTTP status that is an error, and nothing else of use. */
export function isHttpError(error: unknown): boolean {
  return causeOf(error) instanceof HttpError
}

/** Whether a connection was lost before any answer began. */
export function isConnectionLoss(error: unknown): boolean {
  const cause = causeOf(error)
  return cause instanceof NoReplyError && cause.isLoss
}

/** What HTTP asked for with that refusal; `undefined` when the refusal was not HTTP's. */
export function challengesOf(error: unknown): readonly string[] | undefined {
  return error instanceof DeviceError && error.cause instanceof ChallengeError ? error.cause.challenges : undefined
}

function causeOf(error: unknown): unknown {
  const cause = error instanceof DeviceError ? error.cause : undefined
  return cause instanceof ChallengeError ? cause.cause : cause
}

function judge(cause: unknown): { readonly code: DeviceErrorCode; readonly got: string } {
  if (cause instanceof SoapFault) {
    const got = `expected an answer, got ${cause.message}`
    if (cause.codes.some((name) => REFUSALS.has(name))) return { code: DeviceErrorCode.refused, got }
    if (cause.codes.some((name) => INABILITIES.has(name))) return { code: DeviceErrorCode.unsupported, got }
    return { code: DeviceErrorCode.fault, got }
  }
  if (cause instanceof ChallengeError) {
    const schemes = [...new Set(readChallenges(cause.challenges).map(({ scheme }) => scheme))]
    const offer = schemes.length === 0 ? '' : ` (HTTP asks for ${schemes.join(' or ')})`
    return { code: DeviceErrorCode.refused, got: judge(cause.cause).got + offer }
  }
  if (cause instanceof DeadlineError) {
    return { code: DeviceErrorCode.unreachable, got: `expected an answer within ${cause.timeoutMs} ms, got none` }
  }
  const got = messageOf(cause)
  if (cause instanceof NoReplyError || cause instanceof CertificateError)
    return { code: DeviceErrorCode.unreachable, got }
  if (cause instanceof HttpError) {
    const isRefusal = cause.status === 401 || cause.status === 403
    return { code: isRefusal ? DeviceErrorCode.refused : DeviceErrorCode.fault, got }
  }
  if (isNetworkError(cause)) {
    return {
      code: DeviceErrorCode.unreachable,
      got: `expected a whole answer, got no usable connection (${got || networkCode(cause)})`,
    }
  }
  // Our own readers say what they expected; HTTP's parser does not.
  return {
    code: DeviceErrorCode.fault,
    got: got.startsWith('expected') ? got : `expected a usable answer, got: ${got}`,
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function networkCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
}

/** The system's codes are `E` and capitals (`ECONNREFUSED`, `EAI_AGAIN`), Node's own are `ERR_…`, undici's are `UND_ERR_…`. */
export function isNetworkError(cause: unknown): boolean {
  return /^(?!ERR_)E[A-Z_]+$|^UND_ERR_(SOCKET|CONNECT_TIMEOUT)$/.test(networkCode(cause))
}

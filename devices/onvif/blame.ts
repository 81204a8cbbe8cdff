import { DeviceError, DeviceErrorCode } from 'viewnet/device'
import { DeadlineError } from './deadline.js'
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

/** Whether a device error stems from a SOAP fault with that code or subcode. */
export function hasFaultCode(error: unknown, code: string): boolean {
  return error instanceof DeviceError && error.cause instanceof SoapFault && error.cause.codes.includes(code)
}

/** Whether the device answered that question with a SOAP fault, of any kind. */
export function isSoapFault(error: unknown): boolean {
  return error instanceof DeviceError && error.cause instanceof SoapFault
}

function judge(cause: unknown): { readonly code: DeviceErrorCode; readonly got: string } {
  if (cause instanceof SoapFault) {
    const got = `expected an answer, got ${cause.message}`
    if (cause.codes.some((name) => REFUSALS.has(name))) return { code: DeviceErrorCode.refused, got }
    if (cause.codes.some((name) => INABILITIES.has(name))) return { code: DeviceErrorCode.unsupported, got }
    return { code: DeviceErrorCode.fault, got }
  }
  if (cause instanceof DeadlineError) {
    return { code: DeviceErrorCode.unreachable, got: `expected an answer within ${cause.timeoutMs} ms, got none` }
  }
  const got = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof HttpError) {
    const isRefusal = cause.status === 401 || cause.status === 403
    return { code: isRefusal ? DeviceErrorCode.refused : DeviceErrorCode.fault, got }
  }
  if (isNetworkError(cause)) {
    return {
      code: DeviceErrorCode.unreachable,
      got: `expected an answer, got no usable connection (${got || networkCode(cause)})`,
    }
  }
  // Our own readers say what they expected; HTTP's parser does not.
  return {
    code: DeviceErrorCode.fault,
    got: got.startsWith('expected') ? got : `expected a usable answer, got: ${got}`,
  }
}

function networkCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
}

/** The system's codes are `E` and capitals (`ECONNREFUSED`, `EAI_AGAIN`), Node's own are `ERR_…`, undici's are `UND_ERR_…`. */
function isNetworkError(cause: unknown): boolean {
  return /^(?!ERR_)E[A-Z_]+$|^UND_ERR_(SOCKET|CONNECT_TIMEOUT)$/.test(networkCode(cause))
}

import { DeviceError, DeviceErrorCode } from 'viewnet/device'
import { DeadlineError, withDeadline, type Limits } from '../deadline.js'
import { readChallenges, type Challenge } from '../http-challenge.js'
import { chooseDigest, digestAuthorization } from '../http-digest.js'
import type { Credentials } from '../username-token.js'
import { RtspClosedError, RtspConnection } from './rtsp-connection.js'
import { RtspSyntaxError, type RtspResponse } from './rtsp-response.js'
import { readMedia, type StreamMedia } from './session-description.js'

/** What to ask about, and as whom. */
export interface StreamQuestion extends Limits {
  /** `rtsp://HOST[:PORT]/…`, without credentials. */
  readonly uri: URL
  readonly credentials: Credentials | undefined
}

/** The first without any proof, one with, and one more when the nonce was too old. */
const MAX_REQUESTS = 3

const DEFAULT_PORT = 554

/**
 * Ask an RTSP server to describe a stream: one DESCRIBE, with Digest, or Basic where it takes nothing else.
 *
 * @returns the media of the stream, at least one
 * @throws DeviceError: `UNREACHABLE` when nobody answers, `REFUSED` for the credentials, `FAULT` when nothing listens at the port that the device named
 *   itself, or the answer is of no use; the reason of the signal. No message tells more of the URI than host and port: some hold a password
 * @see RFC 2326, section 10.2
 */
export async function describeStream(question: StreamQuestion): Promise<readonly StreamMedia[]> {
  const { uri, signal } = question
  const stage = { isConnected: false }
  try {
    return await withDeadline(question, async (until) => readMediaOf(await askDescription(question, until, stage)))
  } catch (cause) {
    if (signal?.aborted && cause === signal.reason) throw cause
    if (cause instanceof DeviceError) throw cause
    const { code, got } = judge(cause, stage.isConnected)
    throw deviceError(code, uri, got, cause)
  }
}

async function askDescription(
  { uri, credentials }: StreamQuestion,
  signal: AbortSignal,
  stage: { isConnected: boolean },
): Promise<RtspResponse> {
  const host = uri.hostname.replace(/^\[|\]$/g, '')
  const port = uri.port === '' ? DEFAULT_PORT : Number(uri.port)
  const open = (): Promise<RtspConnection> => RtspConnection.open(host, port, signal)
  let connection = await open()
  stage.isConnected = true
  // Some servers close after a refusal; others bind the nonce to the connection.
  const ask = async (headers: Readonly<Record<string, string>>, isRepeated: boolean): Promise<RtspResponse> => {
    try {
      return await connection.ask('DESCRIBE', uri.href, headers)
    } catch (error) {
      if (!isRepeated || signal.aborted || error instanceof RtspSyntaxError) throw error
      connection.close()
      connection = await open()
      return connection.ask('DESCRIBE', uri.href, headers)
    }
  }
  try {
    let authorization: string | undefined
    for (let requests = 1; ; requests++) {
      const proof: Readonly<Record<string, string>> =
        authorization === undefined ? {} : { Authorization: authorization }
      const response = await ask({ 'User-Agent': 'viewnet', Accept: 'application/sdp', ...proof }, requests > 1)
      if (response.status === 200) return response
      if (response.status !== 401)
        throw deviceError(DeviceErrorCode.fault, uri, `expected status 200, got ${response.status} ${response.reason}`)
      const challenges = readChallenges(response.headers.get('www-authenticate') ?? [])
      const isStale = chooseDigest(challenges)?.isStale === true
      const next = credentials && authorizationFor(challenges, credentials, uri.href)
      if (next === undefined || requests === MAX_REQUESTS || (authorization !== undefined && !isStale))
        throw deviceError(DeviceErrorCode.refused, uri, refusalIn(challenges, credentials))
      authorization = next
    }
  } finally {
    connection.close()
  }
}

/** What proves who asks; `undefined` where the server wants something that we do not know. */
function authorizationFor(challenges: readonly Challenge[], credentials: Credentials, uri: string): string | undefined {
  const digest = chooseDigest(challenges)
  if (digest) return digestAuthorization(digest, credentials, { method: 'DESCRIBE', target: uri }, { count: 1 })
  if (!challenges.some(({ scheme }) => scheme === 'basic')) return undefined
  return `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`, 'utf8').toString('base64')}`
}

function refusalIn(challenges: readonly Challenge[], credentials: Credentials | undefined): string {
  const schemes = [...new Set(challenges.map(({ scheme }) => scheme))].join(' or ') || 'nothing'
  return `expected to be let in, got status 401, which asks for ${schemes}${credentials ? '' : '; we have no credentials'}`
}

/** @throws RtspSyntaxError */
function readMediaOf({ headers, body }: RtspResponse): readonly StreamMedia[] {
  const [type = 'none'] = headers.get('content-type') ?? []
  if (!/^application\/sdp\b/i.test(type))
    throw new RtspSyntaxError(`expected a description of type application/sdp, got ${type.slice(0, 80)}`)
  const media = readMedia(body)
  if (media.length === 0) throw new RtspSyntaxError('expected a description with a media line, got none')
  return media
}

function judge(cause: unknown, isConnected: boolean): { readonly code: DeviceErrorCode; readonly got: string } {
  const got = cause instanceof Error ? cause.message : String(cause)
  if (cause instanceof RtspSyntaxError || cause instanceof RtspClosedError) return { code: DeviceErrorCode.fault, got }
  if (cause instanceof DeadlineError)
    return { code: isConnected ? DeviceErrorCode.fault : DeviceErrorCode.unreachable, got: `DESCRIBE: ${got}` }
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (reason === 'ECONNREFUSED') {
    return {
      code: DeviceErrorCode.fault,
      got: 'expected an RTSP server at the port that the device names, got none (ECONNREFUSED)',
    }
  }
  return { code: DeviceErrorCode.unreachable, got: `expected a connection, got ${got || reason}` }
}

function deviceError(code: DeviceErrorCode, uri: URL, got: string, cause?: unknown): DeviceError {
  const address = `rtsp://${uri.host}`
  return new DeviceError(code, `replay at ${address}: ${got}`, { operation: 'DESCRIBE', address, cause })
}

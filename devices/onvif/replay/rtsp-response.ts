/** An answer of an RTSP server. */
export interface RtspResponse {
  readonly status: number
  readonly reason: string
  /** By name in lower case, every value of it. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: string
}

/** Octets that are no RTSP answer, or one that is too long. */
export class RtspSyntaxError extends Error {
  override readonly name = 'RtspSyntaxError'
}

/** Status line and headers: challenges of three algorithms are some hundred octets. */
const MAX_HEAD_OCTETS = 16 * 1024
/** A description of a recorder's stream is a kilobyte. */
const MAX_BODY_OCTETS = 256 * 1024

const END = '\r\n\r\n'

/** Write a request without a body. */
export function writeRtspRequest(method: string, uri: string, headers: Readonly<Record<string, string>>): Uint8Array {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`${method} ${uri} RTSP/1.0\r\n${lines.join('')}\r\n`, 'latin1')
}

/**
 * Read the answer that octets begin with.
 *
 * @returns `undefined` while it is not whole; else the answer, and how many octets it takes
 * @throws {@link RtspSyntaxError}
 * @see RFC 2326, section 7
 */
export function readRtspResponse(
  octets: Buffer,
): { readonly response: RtspResponse; readonly octets: number } | undefined {
  const end = octets.indexOf(END)
  if (end === -1 || end > MAX_HEAD_OCTETS) {
    if (octets.length > MAX_HEAD_OCTETS)
      throw new RtspSyntaxError(`expected headers of ${MAX_HEAD_OCTETS} octets at most`)
    // What does not begin like an answer never becomes one.
    const begun = octets.subarray(0, 5).toString('latin1')
    if (!'RTSP/'.startsWith(begun)) throw new RtspSyntaxError('expected RTSP/1.0 and a status')
    return undefined
  }
  const [first = '', ...lines] = octets.subarray(0, end).toString('latin1').split('\r\n')
  const [, status, reason = ''] = /^RTSP\/1\.\d (\d{3})(?: ([^\r\n]*))?$/.exec(first) ?? []
  if (status === undefined) throw new RtspSyntaxError('expected RTSP/1.0 and a status')
  const headers = readHeaders(lines)
  const [length = '0'] = headers.get('content-length') ?? []
  if (!/^\d{1,9}$/.test(length)) throw new RtspSyntaxError('expected a Content-Length of digits')
  if (Number(length) > MAX_BODY_OCTETS)
    throw new RtspSyntaxError(`expected a description of ${MAX_BODY_OCTETS} octets at most, got ${length}`)
  const bodyAt = end + END.length
  const whole = bodyAt + Number(length)
  if (octets.length < whole) return undefined
  const body = octets.subarray(bodyAt, whole).toString('utf8')
  return { response: { status: Number(status), reason: reason.slice(0, 80), headers, body }, octets: whole }
}

function readHeaders(lines: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, string[]>()
  for (const line of lines) {
    // What cannot be read is passed over: some servers write lines of their own.
    const [, name, value = ''] = /^([\w-]{1,64})[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(line) ?? []
    if (name === undefined) continue
    const known = headers.get(name.toLowerCase())
    if (known) known.push(value)
    else headers.set(name.toLowerCase(), [value])
  }
  return headers
}

/** A request without its body, which no request that we answer has. */
export interface RtspRequest {
  readonly method: string
  readonly uri: string
  /** By name in lower case; of several of one name, the last. */
  readonly headers: ReadonlyMap<string, string>
}

/** An answer. */
export interface RtspReply {
  readonly status: number
  readonly reason: string
  /** Each name with one value, or with several headers of it. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

/** Octets that are no request. */
export class RtspSyntaxError extends Error {
  override readonly name = 'RtspSyntaxError'
}

const END = '\r\n\r\n'

/**
 * Read the request that octets begin with.
 *
 * @returns `undefined` while it is not whole
 * @throws {@link RtspSyntaxError}
 * @see RFC 2326, section 6
 */
export function readRequest(octets: Buffer): { readonly request: RtspRequest; readonly octets: number } | undefined {
  const end = octets.indexOf(END)
  if (end === -1) return undefined
  const [first = '', ...lines] = octets.subarray(0, end).toString('latin1').split('\r\n')
  const [, method, uri] = /^([A-Z_]{1,32}) (\S{1,2048}) RTSP\/1\.0$/.exec(first) ?? []
  if (method === undefined || uri === undefined) throw new RtspSyntaxError('expected METHOD URI RTSP/1.0')
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name, value = ''] = /^([\w-]+):[ \t]*(.*)$/.exec(line) ?? []
    if (name === undefined) throw new RtspSyntaxError('expected a header')
    headers.set(name.toLowerCase(), value)
  }
  return { request: { method, uri, headers }, octets: end + END.length }
}

/** Write an answer; `sequence` is the request's CSeq. */
export function writeReply(
  { status, reason, headers = {}, body = '' }: RtspReply,
  sequence: string | undefined,
): Buffer {
  const given = Object.entries(headers).flatMap(([name, values]) => [values].flat().map((value) => `${name}: ${value}`))
  const lines = [
    `RTSP/1.0 ${status} ${reason}`,
    ...(sequence === undefined ? [] : [`CSeq: ${sequence}`]),
    'Server: Viewnet simulated recorder',
    ...given,
    ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ]
  return Buffer.from(`${lines.join('\r\n')}${END}${body}`, 'utf8')
}

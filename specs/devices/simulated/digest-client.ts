/** HTTP Digest as a client does it, by RFC 7616 alone. */
import { createHash } from 'node:crypto'

export interface Challenge {
  readonly realm: string
  readonly nonce: string
  readonly qop: string
  readonly opaque: string | undefined
  /** As the challenge says it; absent: MD5. */
  readonly algorithm: string | undefined
  readonly stale: string | undefined
}

/** Read one WWW-Authenticate header. */
export function readChallenge(header: string): Challenge {
  const field = (name: string) => new RegExp(`[ ,]${name}="?([^",]*)"?`).exec(header)?.[1]
  return {
    realm: field('realm')!,
    nonce: field('nonce')!,
    qop: field('qop')!,
    opaque: field('opaque'),
    algorithm: field('algorithm'),
    stale: field('stale'),
  }
}

export interface DigestAnswer {
  readonly user: string
  readonly password: string
  readonly method: string
  readonly uri: string
  readonly count: number
  readonly cnonce: string
}

/** Write an Authorization header. */
export function authorization(challenge: Challenge, answer: DigestAnswer): string {
  const { realm, nonce, opaque, algorithm } = challenge
  const { user, password, method, uri, count, cnonce } = answer
  const hash = (text: string) =>
    createHash(algorithm === 'SHA-256' ? 'sha256' : 'md5')
      .update(text)
      .digest('hex')
  const nc = count.toString(16).padStart(8, '0')
  const response = hash(
    `${hash(`${user}:${realm}:${password}`)}:${nonce}:${nc}:${cnonce}:auth:${hash(`${method}:${uri}`)}`,
  )
  return (
    `Digest username="${user}", realm="${realm}", uri="${uri}", nonce="${nonce}", nc=${nc}, cnonce="${cnonce}", qop=auth, response="${response}"` +
    (algorithm === undefined ? '' : `, algorithm=${algorithm}`) +
    (opaque === undefined ? '' : `, opaque="${opaque}"`)
  )
}

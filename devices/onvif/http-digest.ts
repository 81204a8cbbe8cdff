import { createHash, randomBytes } from 'node:crypto'
import type { Challenge } from './http-challenge.js'
import type { Credentials } from './username-token.js'

/** What a request proves its knowledge for. */
export interface DigestRequest {
  /** `POST`. */
  readonly method: string
  /** Path and query, as in the request line. */
  readonly target: string
}

/** What a server asks a digest to be made of. */
export interface DigestChallenge {
  /** As the server writes it; `undefined`: it does not, and means MD5. */
  readonly algorithm: string | undefined
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  /** False: as in RFC 2069, without counter and client nonce. */
  readonly hasQop: boolean
  /** The nonce that came before was too old; the credentials may be right. */
  readonly isStale: boolean
  /** The user is told as a hash. */
  readonly hashesUser: boolean
}

/** How often a nonce was used, and what we add to it. */
export interface DigestUse {
  /** From 1; 8 hexadecimal digits on the wire. */
  readonly count: number
  readonly clientNonce?: string
}

/** Strongest first: of the challenges that a server offers, the first that we know is to be taken (RFC 7616, section 3.7), but many offer MD5 first. */
const HASHES: readonly { readonly name: string; readonly hash: string }[] = [
  { name: 'SHA-512-256', hash: 'sha512-256' },
  { name: 'SHA-256', hash: 'sha256' },
  { name: 'MD5', hash: 'md5' },
]

const SESSION_SUFFIX = '-SESS'

/**
 * Choose the strongest digest among challenges.
 *
 * @returns `undefined` when there is none that we can answer
 */
export function chooseDigest(challenges: readonly Challenge[]): DigestChallenge | undefined {
  return challenges
    .filter(({ scheme }) => scheme === 'digest')
    .map(readDigest)
    .filter((challenge) => challenge !== undefined)
    .sort((a, b) => rankOf(a) - rankOf(b))[0]
}

/**
 * Write the Authorization header that answers a challenge.
 *
 * @see RFC 7616, section 3.4
 */
export function digestAuthorization(
  challenge: DigestChallenge,
  { user, password }: Credentials,
  { method, target }: DigestRequest,
  { count, clientNonce = randomBytes(16).toString('base64url') }: DigestUse,
): string {
  const { realm, nonce, opaque, algorithm } = challenge
  const hashName = HASHES[rankOf(challenge)]!.hash // only known ones are challenges
  const hash = (text: string): string => createHash(hashName).update(text, 'utf8').digest('hex')
  const counter = count.toString(16).padStart(8, '0')

  const secret = hash(`${user}:${realm}:${password}`)
  const isSession = algorithm?.toUpperCase().endsWith(SESSION_SUFFIX) === true
  const first = isSession ? hash(`${secret}:${nonce}:${clientNonce}`) : secret
  const second = hash(`${method}:${target}`)
  const response = hash([first, nonce, ...(challenge.hasQop ? [counter, clientNonce, 'auth'] : []), second].join(':'))

  const fields = [
    ...userFields(challenge, user, hash),
    `realm=${quote(realm)}`,
    `uri=${quote(target)}`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    `nonce=${quote(nonce)}`,
    ...(challenge.hasQop ? [`nc=${counter}`, `cnonce=${quote(clientNonce)}`, 'qop=auth'] : []),
    `response=${quote(response)}`,
    ...(opaque === undefined ? [] : [`opaque=${quote(opaque)}`]),
  ]
  return `Digest ${fields.join(', ')}`
}

function userFields(challenge: DigestChallenge, user: string, hash: (text: string) => string): readonly string[] {
  if (challenge.hashesUser) return [`username=${quote(hash(`${user}:${challenge.realm}`))}`, 'userhash=true']
  // Header fields are ASCII; other names have a form of their own (RFC 8187).
  if (!/^[\x20-\x7e]*$/.test(user)) {
    const encoded = encodeURIComponent(user).replace(
      /['()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16)}`,
    )
    return [`username*=UTF-8''${encoded}`]
  }
  return [`username=${quote(user)}`]
}

function readDigest({ parameters }: Challenge): DigestChallenge | undefined {
  const nonce = parameters.get('nonce')
  const qop = parameters.get('qop')
  const options = qop?.split(',').map((option) => option.trim().toLowerCase())
  // `auth-int` alone would need a digest of the message too; no device is known to ask for it.
  const algorithm = parameters.get('algorithm')
  if (nonce === undefined || rankOf({ algorithm }) < 0) return undefined
  if (options !== undefined && !options.includes('auth') && !options.includes('')) return undefined
  return {
    algorithm,
    realm: parameters.get('realm') ?? '',
    nonce,
    opaque: parameters.get('opaque'),
    hasQop: options?.includes('auth') === true,
    isStale: parameters.get('stale')?.toLowerCase() === 'true',
    hashesUser: parameters.get('userhash')?.toLowerCase() === 'true',
  }
}

/** -1: one that we do not know. */
function rankOf({ algorithm = 'MD5' }: Pick<DigestChallenge, 'algorithm'>): number {
  const name = algorithm.toUpperCase()
  return HASHES.findIndex((each) => each.name === name || each.name + SESSION_SUFFIX === name)
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { calculateJwkThumbprint } from 'jose'
import { z } from 'zod'
import { UsageError } from 'viewnet/device'

/** No key of this kind is a tenth as long. */
const MAX_KEY_OCTETS = 16_384

/** A public key that somebody trusts. */
export interface TrustedKey {
  readonly key: KeyObject
  /** RFC 7638 thumbprint. */
  readonly thumbprint: string
  /** The name that the key's own file gives it; undefined where it gives none. */
  readonly name: string | undefined
}

/** A public key as RFC 8037 writes it; `d` would make it a private one. */
const publicJwk = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[\w-]{43}$/),
  kid: z.string().min(1).max(256).exactOptional(),
  d: z.never('expected a public key, got a private one').exactOptional(),
})

/**
 * Read an Ed25519 public key: PEM, or a JWK.
 *
 * @throws UsageError `ERR_VIEWNET_KEY` when the file cannot be read, or holds another thing
 */
export async function readPublicKey(path: string): Promise<TrustedKey> {
  const text = await readKeyFile(path)
  const isJwk = text.trimStart().startsWith('{')
  const { key, name } = isJwk ? fromJwk(text, path) : { key: fromPem(text, path), name: undefined }
  return { key, thumbprint: await calculateJwkThumbprint(key), name }
}

/**
 * Read an Ed25519 private key: PKCS #8 as PEM.
 *
 * @throws UsageError `ERR_VIEWNET_KEY` when the file cannot be read, or holds another thing
 */
export async function readPrivateKey(path: string): Promise<KeyObject> {
  return parsePrivateKey(await readKeyFile(path), path)
}

/**
 * An Ed25519 private key: PKCS #8 as PEM.
 *
 * @param where - a file or a variable, for the error
 * @throws UsageError `ERR_VIEWNET_KEY` when it is another thing
 */
export function parsePrivateKey(text: string, where: string): KeyObject {
  const expected = `${where}: expected an Ed25519 private key in PEM (PKCS #8)`
  let key: KeyObject
  try {
    key = createPrivateKey({ key: text, format: 'pem' })
  } catch (cause) {
    throw new UsageError('ERR_VIEWNET_KEY', `${expected}, got no private key`, { cause })
  }
  return ofKind(key, expected)
}

async function readKeyFile(path: string): Promise<string> {
  let octets: Buffer
  try {
    octets = await readFile(path)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError('ERR_VIEWNET_KEY', `${path}: expected a key file, got ${reason}`, { cause })
  }
  if (octets.length > MAX_KEY_OCTETS)
    throw new UsageError('ERR_VIEWNET_KEY', `${path}: expected a key file, got ${octets.length} octets`)
  return octets.toString('utf8')
}

function fromPem(text: string, path: string): KeyObject {
  const expected = `${path}: expected an Ed25519 public key in PEM or as a JWK`
  // A public key can be had from a private one, but whoever hands on a private key has made a mistake.
  if (text.includes('PRIVATE KEY'))
    throw new UsageError('ERR_VIEWNET_KEY', `${expected}, got a private key: keep it to yourself`)
  let key: KeyObject
  try {
    key = createPublicKey({ key: text, format: 'pem' })
  } catch (cause) {
    throw new UsageError('ERR_VIEWNET_KEY', `${expected}, got no public key`, { cause })
  }
  return ofKind(key, expected)
}

function fromJwk(text: string, path: string): { key: KeyObject; name: string | undefined } {
  const refuse = (got: string, cause: unknown): UsageError =>
    new UsageError('ERR_VIEWNET_KEY', `${path}: expected an Ed25519 public key as a JWK, got ${got}`, { cause })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refuse('no JSON', cause)
  }
  const parsed = publicJwk.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw refuse(`something else ('${issue?.path.join('.')}': ${issue?.message})`, parsed.error)
  }
  const { kty, crv, x, kid } = parsed.data
  try {
    return { key: createPublicKey({ key: { kty, crv, x }, format: 'jwk' }), name: kid }
  } catch (cause) {
    throw refuse('no point of the curve', cause)
  }
}

function ofKind(key: KeyObject, expected: string): KeyObject {
  if (key.asymmetricKeyType === 'ed25519') return key
  throw new UsageError('ERR_VIEWNET_KEY', `${expected}, got one of ${key.asymmetricKeyType ?? 'another kind'}`)
}

import { createRequire } from 'node:module'
import { errors, flattenedVerify } from 'jose'
import { z } from 'zod'
import { CertificateError } from './errors.js'
import type { TrustedKey } from './key-files.js'
import type { SigningKey } from './signing-key.js'
import { parseStrictJson } from './strict-json.js'

// Its types promise a default export that its CommonJS build does not have, so it is required.
const canonicalize = createRequire(import.meta.url)('canonicalize') as (value: unknown) => string | undefined

/** A header and a signature come to 240 characters. */
const MAX_CERTIFICATE_OCTETS = 4096

/** 64 octets in base64url. */
const SIGNATURE = /^[\w-]{86}$/

/** What a certificate that holds says. */
export interface Certified {
  /** RFC 7638 thumbprint of the key that signed. */
  readonly signer: string
  /** Id of the run. */
  readonly run: string
}

/**
 * Nothing but who signed, and how. An algorithm of the certificate's own choosing, a key that it brings along (`jwk`, `jku`, `x5c` …) and extensions
 * (`crit`, `b64`) are what certificates are forged with, so whatever else stands in a header is refused.
 */
const headerSchema = z.strictObject({
  alg: z.literal('EdDSA'),
  kid: z.string().min(1).max(256),
})

const runSchema = z.looseObject({ run: z.string().min(1) })

/**
 * Certify a run: a detached JWS by Ed25519 over the RFC 8785 canonical form of its record, so that neither blanks nor the order of names matter,
 * and everything else does.
 *
 * @param runJson - `run.json` as it was written
 * @throws CertificateError when it is not JSON that can be signed
 */
export async function certifyRun(runJson: Uint8Array, key: SigningKey): Promise<string> {
  const { payload } = canonicalRun(runJson)
  return key.signDetached(payload)
}

/**
 * Test a certificate.
 *
 * @param certificate - `run.jws`
 * @param runJson - `run.json`
 * @param trusted - whose signature is believed; nothing in the certificate is
 * @throws CertificateError saying what does not hold
 */
export async function verifyCertificate(
  certificate: Uint8Array,
  runJson: Uint8Array,
  trusted: TrustedKey,
): Promise<Certified> {
  const { header, signature } = parseCertificate(certificate)
  const { run, payload } = canonicalRun(runJson)
  const { kid } = headerOf(header)
  if (kid !== trusted.thumbprint)
    throw new CertificateError(`certificate: expected one by ${trusted.thumbprint}, got one by ${kid}`)
  const jws = { protected: header, payload: Buffer.from(payload).toString('base64url'), signature }
  try {
    await flattenedVerify(jws, trusted.key, { algorithms: ['EdDSA'] })
  } catch (cause) {
    if (!(cause instanceof errors.JOSEError)) throw cause
    const message = `certificate: expected the signature of this run by ${kid}, got another: the run, the certificate or both were changed`
    throw new CertificateError(message, { cause })
  }
  return { signer: kid, run }
}

/** The run as it is signed, whatever its blanks and the order of its names. */
function canonicalRun(runJson: Uint8Array): { run: string; payload: Uint8Array } {
  const value = parseStrictJson(runJson, 'run')
  const record = runSchema.safeParse(value)
  const canonical = record.success ? canonicalize(value) : undefined
  if (!record.success || canonical === undefined)
    throw new CertificateError("run: expected the record of a run with its id as 'run', got something else")
  return { run: record.data.run, payload: new TextEncoder().encode(canonical) }
}

function parseCertificate(octets: Uint8Array): { header: string; signature: string } {
  if (octets.length > MAX_CERTIFICATE_OCTETS)
    throw new CertificateError(`certificate: expected at most ${MAX_CERTIFICATE_OCTETS} octets, got ${octets.length}`)
  // An editor may have ended the line.
  const text = Buffer.from(octets)
    .toString('latin1')
    .replace(/\r?\n$/, '')
  const [header, payload, signature, ...more] = text.split('.')
  if (header === undefined || signature === undefined || more.length > 0)
    throw new CertificateError('certificate: expected a detached JWS, HEADER..SIGNATURE, got something else')
  if (payload !== '')
    throw new CertificateError(
      'certificate: expected its payload left out, as HEADER..SIGNATURE, got one that brings its own',
    )
  if (!SIGNATURE.test(signature) || !isCanonical(signature))
    throw new CertificateError(
      'certificate: expected an Ed25519 signature of 64 octets in base64url, got something else',
    )
  return { header, signature }
}

function headerOf(header: string): z.output<typeof headerSchema> {
  if (!isCanonical(header))
    throw new CertificateError('certificate: expected its header in base64url, got something else')
  const value = parseStrictJson(Buffer.from(header, 'base64url'), 'certificate: header')
  const parsed = headerSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue && issue.path.length > 0 ? `'${issue.path.join('.')}': ` : ''
  throw new CertificateError(`certificate: header: ${where}${issue?.message ?? 'unusable'}`)
}

/** Whether base64url is written in the one way that its octets have: the last character has bits that nobody reads. */
function isCanonical(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text
}

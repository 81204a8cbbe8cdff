import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { UsageError } from 'viewnet/device'
import { CertificateError, readPublicKey, verifyCertificate } from '../report/certificate/index.js'

/** What is tested against what. */
export interface CertificateFiles {
  /** `run.jws`. */
  readonly certificate: string
  /** `run.json`; default: the one beside the certificate. */
  readonly run: string | undefined
  /** The public key that is trusted. */
  readonly key: string | undefined
}

/** Whether a certificate holds. */
export interface CertificateVerdict {
  readonly valid: boolean
  /** RFC 7638 thumbprint of the key that signed; null when it did not. */
  readonly signer: string | null
  /** The name that the file of the trusted key gives it. */
  readonly name?: string
  /** Id of the run that is certified; null when none is. */
  readonly run: string | null
  /** Why it does not hold; empty otherwise. */
  readonly why: string
}

/** A file of a run is no longer than this; more is not even read. */
const MAX_OCTETS = 64 * 1024 * 1024

/**
 * Test a certificate.
 *
 * @throws UsageError `ERR_VIEWNET_OPTION`, `ERR_VIEWNET_KEY`, `ERR_VIEWNET_CERTIFICATE_FILE` when there is nothing to test, or no key to test it by
 */
export async function judgeCertificate({ certificate, run, key }: CertificateFiles): Promise<CertificateVerdict> {
  if (key === undefined) {
    const message = 'verify --certificate: expected --key FILE, the public key that you trust, got none'
    throw new UsageError('ERR_VIEWNET_OPTION', message)
  }
  const trusted = await readPublicKey(key)
  const jws = await read(certificate)
  const json = await read(run ?? join(dirname(certificate), 'run.json'))
  try {
    const certified = await verifyCertificate(jws, json, trusted)
    const { name } = trusted
    return { valid: true, ...certified, ...(name !== undefined && { name }), why: '' }
  } catch (failure) {
    if (!(failure instanceof CertificateError)) throw failure
    return { valid: false, signer: null, run: null, why: failure.message }
  }
}

async function read(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path)
    if (size > MAX_OCTETS) throw new Error(`${size} octets`)
    return await readFile(path)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `verify: expected a certificate and the run.json that it certifies, got '${path}' (${reason})`
    throw new UsageError('ERR_VIEWNET_CERTIFICATE_FILE', message, { cause })
  }
}

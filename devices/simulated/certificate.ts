import { X509Certificate } from 'node:crypto'

/** A certificate that no authority signed, and its key, in PEM. */
export interface SelfSignedCertificate {
  readonly certificate: string
  readonly key: string
  /** SHA-256 over the certificate, upper-case hex with colons, as `openssl x509 -fingerprint -sha256` prints it. */
  readonly fingerprint: string
}

/**
 * Make a certificate for this machine, good for a year from now, with a new P-256 key that is never written anywhere.
 *
 * @see docs/decisions/0020-self-signed-certificates.md
 */
export async function makeSelfSignedCertificate(): Promise<SelfSignedCertificate> {
  // Loading it takes half a second, which only https is worth.
  const { generate } = await import('selfsigned')
  const made = await generate([{ name: 'commonName', value: 'Viewnet simulated recorder' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  return { certificate: made.cert, key: made.private, fingerprint: new X509Certificate(made.cert).fingerprint256 }
}

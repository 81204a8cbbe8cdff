import type { TLSSocket } from 'node:tls'

/** Whom to trust over https; left out: whom this machine trusts. */
export type TlsOptions =
  /** Only the device whose certificate has that SHA-256 fingerprint, whoever signed it and whatever name it bears. */
  | { readonly fingerprintSha256: string }
  /** Anybody who answers: somebody in between could read everything and pose as the device. */
  | { readonly insecure: true }

/** A device's certificate is not one that we were told to trust. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError'
  /** SHA-256, as `AB:CD:…`. */
  readonly fingerprintSha256: string

  constructor(expected: string, fingerprintSha256: string, wayOut: string) {
    super(`expected ${expected}, got one with SHA-256 fingerprint ${fingerprintSha256}; ${wayOut}`)
    this.fingerprintSha256 = fingerprintSha256
  }
}

/** Write a fingerprint as it is compared: 32 octets as `AB:CD:…`. */
export function normalFingerprint(text: string): string {
  return (text.replaceAll(':', '').toUpperCase().match(/../g) ?? []).join(':')
}

/** Why a peer's certificate is not one to trust; undefined: it is. */
export function certificateProblem(socket: TLSSocket, tls: TlsOptions | undefined): CertificateError | undefined {
  if (tls && 'insecure' in tls) return undefined
  // Older types say that a certificate always has one; a peer without a certificate has none.
  const fingerprint = (socket.getPeerCertificate().fingerprint256 as string | undefined) ?? 'none'
  if (tls) {
    const expected = normalFingerprint(tls.fingerprintSha256)
    if (fingerprint === expected) return undefined
    return new CertificateError(
      `the certificate with SHA-256 fingerprint ${expected}`,
      fingerprint,
      'if the device got a new one, its fingerprint has to be told anew',
    )
  }
  if (socket.authorized) return undefined
  // Typed as an Error, but Node puts its code there.
  const reason = String(socket.authorizationError)
  return new CertificateError(
    'a certificate that this machine trusts',
    fingerprint,
    `not trusted: ${reason}; if it is the device's own, trust it by its fingerprint (option tls: { fingerprintSha256: '…' }), or trust anybody (tls: { insecure: true })`,
  )
}

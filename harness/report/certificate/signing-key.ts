import { createPublicKey, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, FlattenedSign } from 'jose'
import { parsePrivateKey, readPrivateKey } from './key-files.js'

/** Signs runs, so that whoever holds its public key can tell that nobody changed them. */
export class SigningKey {
  /** RFC 7638 thumbprint of the public key: who signs. */
  readonly thumbprint: string
  /** The public key in PEM, to be handed on. */
  readonly publicPem: string
  readonly #key: KeyObject

  private constructor(key: KeyObject, publicKey: KeyObject, thumbprint: string) {
    this.#key = key
    this.thumbprint = thumbprint
    this.publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  }

  /**
   * A key in PKCS #8 as PEM.
   *
   * @param where - what holds it, for the error
   * @throws UsageError `ERR_VIEWNET_KEY` when it is another thing
   */
  static async parse(pem: string, where: string): Promise<SigningKey> {
    return SigningKey.#of(parsePrivateKey(pem, where))
  }

  static async #of(key: KeyObject): Promise<SigningKey> {
    const publicKey = createPublicKey(key)
    return new SigningKey(key, publicKey, await calculateJwkThumbprint(publicKey))
  }

  /**
   * The key in a file: PKCS #8 as PEM.
   *
   * @throws UsageError `ERR_VIEWNET_KEY` when the file cannot be read, or holds another thing
   */
  static async read(path: string): Promise<SigningKey> {
    return SigningKey.#of(await readPrivateKey(path))
  }

  /**
   * Sign a payload.
   *
   * @returns a JWS in compact form with its payload left out (RFC 7515, appendix F): `HEADER..SIGNATURE`
   */
  async signDetached(payload: Uint8Array): Promise<string> {
    const header = { alg: 'EdDSA', kid: this.thumbprint }
    const jws = await new FlattenedSign(payload).setProtectedHeader(header).sign(this.#key)
    return `${jws.protected}..${jws.signature}`
  }
}

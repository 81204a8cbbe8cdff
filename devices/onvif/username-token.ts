import { createHash, randomBytes } from 'node:crypto'
import { formatDateTime } from './date-time.js'
import { Namespace } from './namespaces.js'
import { escapeXml } from './soap-request.js'

/** Who asks. */
export interface Credentials {
  readonly user: string
  readonly password: string
}

/** What makes one token unlike every other. */
export interface TokenMoment {
  /** The moment of asking by the device's clock, ms since 1970-01-01T00:00:00Z: a device refuses a token that is too old or too new for it. */
  readonly createdAtMs: number
  /** Never used before; the profile recommends 16 octets. */
  readonly nonce?: Uint8Array
}

const TOKEN_PROFILE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0'
const MESSAGE_SECURITY = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0'

/**
 * Write the `wsse:Security` header that proves knowledge of the password without sending it.
 *
 * The digest is Base64(SHA-1(nonce + created + password)), the nonce as octets, the rest as UTF-8.
 *
 * @see OASIS Web Services Security, UsernameToken Profile 1.0, section 3.1
 */
export function usernameToken(
  { user, password }: Credentials,
  { createdAtMs, nonce = randomBytes(16) }: TokenMoment,
): string {
  const created = formatDateTime(createdAtMs)
  const digest = createHash('sha1').update(nonce).update(created, 'utf8').update(password, 'utf8').digest('base64')
  return (
    `<wsse:Security s:mustUnderstand="1" xmlns:wsse="${Namespace.security}" xmlns:wsu="${Namespace.securityUtility}"><wsse:UsernameToken>` +
    `<wsse:Username>${escapeXml(user)}</wsse:Username>` +
    `<wsse:Password Type="${TOKEN_PROFILE}#PasswordDigest">${digest}</wsse:Password>` +
    `<wsse:Nonce EncodingType="${MESSAGE_SECURITY}#Base64Binary">${Buffer.from(nonce).toString('base64')}</wsse:Nonce>` +
    `<wsu:Created>${created}</wsu:Created>` +
    `</wsse:UsernameToken></wsse:Security>`
  )
}

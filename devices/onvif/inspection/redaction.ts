import type { Credentials } from '../username-token.js'
import type { OnvifExchange } from '../onvif-exchange.js'

/** Stands where a secret stood. */
const REMOVED = 'REMOVED'

/** A shorter secret is taken out only where it is a word of its own: anywhere else it is chance, and the reply would be spoilt. */
const MIN_LITERAL_LENGTH = 4

/** What a request carries to prove who asks, and elements that hold the like in a reply that echoes it. */
const SECRET_ELEMENT =
  /(<((?:[\w.-]+:)?(?:Username|UserName|Password|Nonce|Created))(?:\s[^<>]*)?>)[^<>]*(?=<\/\2\s*>)/g

/** `http://USER:PASSWORD@HOST`. Written without credentials afterwards, so that it is an address still. */
const URL_CREDENTIALS = /(:\/\/)[^\s/?#<>"'@]*@/g

/** `?user=…&password=…`, as addresses of streams have it. */
const URL_PARAMETERS = /([?&;](?:user(?:name)?|usr|pass(?:word|wd)?|pwd|auth\w*|token)=)[^&;\s<>"']*/gi

/** A header that is quoted in a page or fault. */
const AUTHORIZATION = /(authorization\s*[:=]\s*)[^\r\n<>]*/gi

/**
 * Never touched: tags, but for the values of their attributes, and the names of public namespaces, without which nothing could be read any more. A password
 * that is one of these words is then not told by them either: they stand in every reply of every device.
 */
const VOCABULARY =
  /(<[^<>]*>|https?:\/\/(?:www\.onvif\.org|docs\.oasis-open\.org|www\.w3\.org|schemas\.xmlsoap\.org)(?:\/[^\s<>"']*)?)/

const ATTRIBUTE = /(\s[\w.:-]+\s*=\s*)("[^"]*"|'[^']*')/g

/**
 * Take every secret out of what a device answered: user and password in whatever form, what the request had to prove who asks and the device may have
 * echoed, credentials in addresses. Every other octet stays as it came, also where the reply is no XML, or no text.
 *
 * @param credentials - those that the device was asked with; `undefined`: none
 * @returns a copy
 */
export function redactResponse(exchange: OnvifExchange, credentials: Credentials | undefined): Uint8Array {
  // One character for each octet, and back: what is no UTF-8 survives.
  const text = Buffer.from(exchange.responseOctets).toString('latin1')
  const known = literalsOf(exchange, credentials)
  return Buffer.from(removeAll(text, known), 'latin1')
}

/** The same for text that came with a response, such as a header. */
export function redactText(text: string, exchange: OnvifExchange, credentials: Credentials | undefined): string {
  return removeAll(text, literalsOf(exchange, credentials))
}

interface Literals {
  /** Finds secrets in text. */
  readonly inText: RegExp | undefined
  /** Finds them anywhere: in other encodings nothing else looks like them. */
  readonly anywhere: RegExp | undefined
}

function removeAll(text: string, { inText, anywhere }: Literals): string {
  const shaped = text
    .replace(SECRET_ELEMENT, `$1${REMOVED}`)
    .replace(URL_CREDENTIALS, '$1')
    .replace(URL_PARAMETERS, `$1${REMOVED}`)
    .replace(AUTHORIZATION, `$1${REMOVED}`)
  const clean = anywhere ? shaped.replace(anywhere, REMOVED) : shaped
  return inText ? removeFromText(clean, inText) : clean
}

function removeFromText(text: string, secrets: RegExp): string {
  return text
    .split(VOCABULARY)
    .map((part, index) => {
      if (index % 2 === 0) return part.replace(secrets, REMOVED)
      if (!part.startsWith('<')) return part
      return part.replace(ATTRIBUTE, (_, name: string, value: string) => {
        const quote = value.slice(0, 1)
        return `${name}${quote}${removeFromText(value.slice(1, -1), secrets)}${quote}`
      })
    })
    .join('')
}

function literalsOf({ requestXml, authorization = '' }: OnvifExchange, credentials: Credentials | undefined): Literals {
  const proofs = [...requestXml.matchAll(/<(?:\w+:)?(?:Username|Password|Nonce|Created)(?:\s[^>]*)?>([^<]*)</g)]
  const parameters = [...authorization.matchAll(/(?:username|response|cnonce|nonce|opaque)\*?="?([^",\s]+)/g)]
  const { user = '', password = '' } = credentials ?? {}
  const secrets = [authorization, ...[...proofs, ...parameters].map((match) => match[1]!), user, password]
    .filter((secret) => secret !== '')
    .map(utf8)
  const wide = [user, password].flatMap((secret) => wideForms(secret))
  return {
    inText: anyOf([...new Set(secrets.flatMap(formsOf))].map(wordOrLiteral)),
    anywhere: anyOf([...wide, ...encodedPairs(user, password)].map(escapePattern)),
  }
}

/** As it stands, and as XML and URLs write it. */
function formsOf(secret: string): readonly string[] {
  const named: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
  }
  // One character is one octet here.
  const percent = secret.replaceAll(/[^\w.~-]/g, percentForm)
  return [
    secret,
    secret.replaceAll(/[&<>"']/g, (character) => named[character]!),
    secret.replaceAll(/[&<>]/g, (character) => named[character]!),
    secret.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`),
    percent,
    percent.replaceAll(/%../g, (code) => code.toLowerCase()),
  ]
}

function percentForm(octet: string): string {
  return `%${octet.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`
}

/** Base64 of both together, which is HTTP's Basic, and of the password. */
function encodedPairs(user: string, password: string): readonly string[] {
  if (password.length < MIN_LITERAL_LENGTH) return []
  return [`${user}:${password}`, password].map((pair) =>
    Buffer.from(pair, 'utf8').toString('base64').replace(/=+$/, ''),
  )
}

/** UTF-16, which no device should use, and a page of its web server may. */
function wideForms(secret: string): readonly string[] {
  if (secret === '') return []
  const little = Buffer.from(secret, 'utf16le')
  const big = Buffer.from(little).swap16()
  return [little, big].map((octets) => octets.toString('latin1'))
}

function utf8(secret: string): string {
  return Buffer.from(secret, 'utf8').toString('latin1')
}

function wordOrLiteral(secret: string): string {
  const pattern = escapePattern(secret)
  return secret.length < MIN_LITERAL_LENGTH ? `(?<![\\w])${pattern}(?![\\w])` : pattern
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

/** Longest first, so that a secret within another leaves nothing of it. */
function anyOf(patterns: readonly string[]): RegExp | undefined {
  return patterns.length === 0 ? undefined : new RegExp(patterns.toSorted((a, b) => b.length - a.length).join('|'), 'g')
}

import { parseLinkAddress } from 'viewnet/link'
import { parseMessageNumber } from 'viewnet/wire'
import { z } from 'zod'

/**
 * A string that a parser takes. What the parser says, `expected …, got …`, becomes the issue's message; an editor only learns that it is a string,
 * and what `description` tells.
 */
export const parsedBy = (parse: (text: string) => unknown, description: string): z.ZodString =>
  z
    .string()
    .describe(description)
    .check((context) => {
      try {
        parse(context.value)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        context.issues.push({ code: 'custom', message, input: context.value })
      }
    })

/** An external message number. */
export const messageNumber = parsedBy(
  parseMessageNumber,
  'External message number: four groups of 0–65535, such as 00001-00020-00300-04000',
)

/** The address of a link, UDP or Ethernet. */
export const linkAddress = parsedBy(
  parseLinkAddress,
  'Numeric UDP address, such as udp://127.0.0.1:28200, or an Ethernet interface, such as ethernet:eth1',
)

/** An address of a web service; credentials have fields of their own. */
export const webAddress = z
  .url({ protocol: /^https?$/, error: 'expected an http:// or https:// URL' })
  .refine(hasNoCredentials, 'expected a URL without credentials; they go into user and password')

/** The name of an environment variable. */
const environmentName = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, 'expected the name of an environment variable')
  .describe('Name of the environment variable that holds it')

/** A secret: in the file itself, which is warned about, or in an environment variable. */
export const secret = (what: string) =>
  z
    .union([z.string(), z.strictObject({ env: environmentName })], `expected ${what} or { env: NAME }`)
    .describe(`${what}; { env: NAME } takes it from the environment, a text in the file is warned about`)

/** SHA-256 of a certificate, as browsers, openssl and our own errors tell it. */
const fingerprint = z
  .string()
  .regex(/^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i, 'expected a SHA-256 fingerprint: 64 hexadecimal digits')

/** Whom to trust over https. */
export const tls = z
  .union(
    [z.strictObject({ fingerprint }), z.strictObject({ insecure: z.literal(true) })],
    'expected { fingerprint: SHA-256 } or { insecure: true }',
  )
  .describe('Whom to trust over https; left out: certificates that this machine trusts')

const DAY_MS = 24 * 60 * 60_000

/** A time span of 1 ms to a day. */
export const milliseconds = z.int().min(1).max(DAY_MS)

/** A word that devices are grouped by. */
export const tag = z
  .string()
  .regex(/^[\w.-]{1,64}$/, 'expected 1–64 letters, digits, _ . or -')
  .describe('A word that devices are grouped by')

/** A regular expression between slashes, such as `/^V[0-9.]+$/i`, and its parts; undefined of any other text. */
export function regularExpressionOf(text: string): RegExp | undefined {
  const parts = /^\/(.+)\/([a-z]*)$/s.exec(text)
  return parts?.[1] === undefined ? undefined : new RegExp(parts[1], parts[2])
}

/** Longest expression that a bench file may hold. */
const EXPRESSION_LONGEST = 256

/** An exact text, or a regular expression between slashes. */
export const textOrExpression = z
  .string()
  .min(1)
  .max(EXPRESSION_LONGEST)
  .describe('An exact text, or a regular expression between slashes: /^V5/')
  .refine(canBeUsed, 'expected a text or a regular expression between slashes, got one that cannot be read')

function canBeUsed(text: string): boolean {
  try {
    regularExpressionOf(text)
    return true
  } catch {
    return false
  }
}

function hasNoCredentials(text: string): boolean {
  // What is no URL at all has been said already.
  if (!URL.canParse(text)) return true
  const { username, password } = new URL(text)
  return username === '' && password === ''
}

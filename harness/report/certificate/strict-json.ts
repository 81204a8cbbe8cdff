import { CertificateError } from './errors.js'

/** The longest text that is read: a run record with everything a bench may tell is a tenth of it. */
const MAX_CHARACTERS = 16 * 1024 * 1024

/** A run record nests 6 deep; whatever is deeper was made to exhaust somebody. */
const MAX_DEPTH = 32

/**
 * Read JSON that every reader understands in one way (RFC 7493, I-JSON): UTF-8, no name twice in one object, no half of a surrogate pair. What one
 * reader may take for another thing than the next cannot be signed.
 *
 * @param what - what is read, for the error: `run.json`
 * @throws CertificateError when it is not such JSON, over 16 MiB, or nested over 32 deep
 */
export function parseStrictJson(octets: Uint8Array, what: string): unknown {
  if (octets.length > MAX_CHARACTERS)
    throw new CertificateError(`${what}: expected at most ${MAX_CHARACTERS} octets, got ${octets.length}`)
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets)
  } catch (cause) {
    throw new CertificateError(`${what}: expected UTF-8, got other octets`, { cause })
  }
  // Before it is parsed: a parser may take any depth, and what walks the value afterwards may not.
  checkNesting(text, what)
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new CertificateError(`${what}: expected JSON, got something else (${reasonOf(cause)})`, { cause })
  }
  checkNames(text, what)
  return value
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function checkNesting(text: string, what: string): void {
  let depth = 0
  for (const token of tokensOf(text)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    if (depth > MAX_DEPTH) throw new CertificateError(`${what}: expected JSON at most ${MAX_DEPTH} deep, got deeper`)
  }
}

/** @param text - JSON, as a parser has found already */
function checkNames(text: string, what: string): void {
  const open: Set<string>[] = []
  let latest = ''
  for (const token of tokensOf(text)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':') {
      const names = open.at(-1)
      // A name may be written in several ways: "a" is "\u0061".
      const name = JSON.parse(latest) as string
      if (names?.has(name))
        throw new CertificateError(`${what}: expected each name once, got ${latest} twice in one object`)
      names?.add(name)
    } else {
      latest = token
      if (/\p{Surrogate}/u.test(JSON.parse(token) as string))
        throw new CertificateError(
          `${what}: expected whole characters, got half of a surrogate pair in ${token.slice(0, 64)}`,
        )
    }
  }
}

/** Strings, brackets and colons of JSON, one after the other; of what is no JSON, something like it. */
function* tokensOf(text: string): Generator<string, void, undefined> {
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (character !== '"') {
      if ('{}[]:'.includes(character)) yield character
      continue
    }
    const start = at++
    while (at < text.length && text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1
    yield text.slice(start, at + 1)
  }
}

import type { ConsoleLine } from './serial-console.js'

/** A piece of what a device wrote, before anybody looks for marks in it. */
export type SplitLine = Pick<ConsoleLine, 'text' | 'end'>

/** Cuts octets into lines that are safe to show, none longer than allowed. It knows no time: who reads the port says when there was a pause. */
export class LineSplitter {
  readonly #maxLength: number
  #pending: number[] = []
  /** A carriage return came: a line feed right after it belongs to it. */
  #wasReturn = false

  /** @param maxLength - of a line, in octets as they came */
  constructor(maxLength: number) {
    this.#maxLength = maxLength
  }

  /** Take octets; returns the lines that they ended. */
  push(octets: Uint8Array): readonly SplitLine[] {
    const lines: SplitLine[] = []
    for (const octet of octets) {
      if (octet === LINE_FEED && this.#wasReturn) this.#wasReturn = false
      else if (octet === LINE_FEED || octet === RETURN) lines.push(this.#take('line'))
      else {
        this.#pending.push(octet)
        if (this.#pending.length >= this.#maxLength) lines.push(this.#take('cut'))
      }
      if (octet !== LINE_FEED) this.#wasReturn = octet === RETURN
    }
    return lines
  }

  /** What stands there without an ending; `undefined` when nothing does. */
  flush(end: 'pause' | 'lost'): SplitLine | undefined {
    return this.#pending.length === 0 ? undefined : this.#take(end)
  }

  #take(end: SplitLine['end']): SplitLine {
    const text = safeText(Buffer.from(this.#pending))
    this.#pending = []
    return { text, end }
  }
}

const LINE_FEED = 0x0a
const RETURN = 0x0d

/**
 * Text that can be shown anywhere: UTF-8 where it is, `\x` and two digits for octets that are none and for control characters, which would move the cursor or
 * colour the terminal of whoever looks at it.
 */
export function safeText(octets: Uint8Array): string {
  if (octets.every((octet) => octet >= 0x20 && octet < 0x7f)) return Buffer.from(octets).toString('latin1')
  let text = ''
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  for (let at = 0; at < octets.length;) {
    const length = sequenceLength(octets[at]!)
    const sequence = octets.subarray(at, at + length)
    let character: string | undefined
    try {
      character = sequence.length === length ? decoder.decode(sequence) : undefined
    } catch {
      character = undefined
    }
    if (character === undefined) {
      text += escaped(octets[at]!)
      at += 1
      continue
    }
    text += UNSAFE.test(character) ? [...sequence].map(escaped).join('') : character
    at += length
  }
  return text
}

/** Control and format characters, line separators, and what no font knows; a tab is harmless. */
const UNSAFE = /^[^\t\P{C}]|^[\p{Zl}\p{Zp}]/u

function escaped(octet: number): string {
  return `\\x${octet.toString(16).padStart(2, '0')}`
}

function sequenceLength(first: number): number {
  if (first < 0xc0) return 1
  if (first < 0xe0) return 2
  return first < 0xf0 ? 3 : 4
}

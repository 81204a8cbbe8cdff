import type { FlowTotals, PacketBatch } from '../batch.js'
import { EvidenceError, EvidenceErrorCode } from '../errors.js'
import { Fate } from '../record.js'
import { BOTH_SIDES, Side } from '../sides.js'

/** What a capture says of a packet beside its octets, its time and the interface, as the packet's comment. */
export interface PacketComment extends Pick<PacketBatch, 'run' | 'flow' | 'batch'> {
  readonly fate: Fate
  /** Index of the record in its batch. */
  readonly index: number
  /** Index of the record in its flow. */
  readonly record: number
}

/** What a capture says of itself, as the comment of its section header. */
export interface SectionComment {
  readonly run: string
  /** When the run began, in milliseconds since 1970. */
  readonly startedAtMs: number
  /** Whose packets were tapped. */
  readonly sides: readonly Side[]
}

/** What a capture says at its end of one flow, as a comment of interface statistics. */
export interface TotalsComment extends FlowTotals {
  readonly flow: string
}

/** The fields of one comment: `run=r1 flow=loss-full fate=dropped batch=3 index=17 record=785`. */
export type CommentFields = Readonly<Record<string, string | number>>

/** Write fields as people read them and filters find them; white space and `%` in a value are percent-encoded. */
export function formatComment(fields: CommentFields): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${escapeText(String(value))}`)
    .join(' ')
}

function escapeText(text: string): string {
  return text.replace(/[\s%]/gu, encodeURIComponent)
}

/** @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT` */
export function parsePacketComment(text: string, where: string): PacketComment {
  const fields = new ParsedComment(text, where)
  return {
    run: fields.text('run'),
    flow: fields.text('flow'),
    fate: fields.fate(),
    batch: fields.count('batch'),
    index: fields.count('index'),
    record: fields.count('record'),
  }
}

/** @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT` */
export function parseSectionComment(text: string, where: string): SectionComment {
  const fields = new ParsedComment(text, where)
  return { run: fields.text('run'), startedAtMs: fields.count('startedAtMs'), sides: fields.sides() }
}

/** @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT` */
export function parseTotalsComment(text: string, where: string): TotalsComment {
  const fields = new ParsedComment(text, where)
  return { flow: fields.text('flow'), batches: fields.count('batches'), records: fields.count('records') }
}

/** As many characters as a name in a batch may have. */
const MAX_NAME_CHARACTERS = 128

class ParsedComment {
  readonly #fields = new Map<string, string>()
  readonly #where: string

  constructor(text: string, where: string) {
    this.#where = where
    for (const token of text.split(' ')) {
      const equals = token.indexOf('=')
      const name = token.slice(0, equals)
      if (equals < 1 || this.#fields.has(name))
        throw this.#error(`expected each name=value once, got '${shown(token)}'`)
      this.#fields.set(name, token.slice(equals + 1))
    }
  }

  text(name: string): string {
    const escaped = this.#fields.get(name)
    if (escaped === undefined) throw this.#error(`expected '${name}=', got none`)
    const value = this.#unescape(name, escaped)
    if (value === '' || value.length > MAX_NAME_CHARACTERS) {
      throw this.#error(`'${name}': expected 1–${MAX_NAME_CHARACTERS} characters, got ${value.length}`)
    }
    return value
  }

  count(name: string): number {
    const text = this.text(name)
    if (!/^\d{1,15}$/.test(text)) throw this.#error(`'${name}': expected a whole number, got '${shown(text)}'`)
    return Number(text)
  }

  /** Left out by runs that tap both. */
  sides(): readonly Side[] {
    if (!this.#fields.has('sides')) return BOTH_SIDES
    const names = this.text('sides').split(',')
    const sides = Side.filter((side) => names.includes(side))
    if (sides.length !== names.length)
      throw this.#error(`'sides': expected ${Side.join(', ')} or both, got '${shown(names.join(','))}'`)
    return sides
  }

  fate(): Fate {
    const text = this.text('fate')
    const fate = Fate.find((each) => each === text)
    if (fate === undefined) throw this.#error(`'fate': expected one of ${Fate.join(', ')}, got '${shown(text)}'`)
    return fate
  }

  #unescape(name: string, escaped: string): string {
    if (!escaped.includes('%')) return escaped
    try {
      return decodeURIComponent(escaped)
    } catch (cause) {
      throw this.#error(`'${name}': expected percent-encoded text, got '${shown(escaped)}'`, { cause })
    }
  }

  #error(problem: string, options?: ErrorOptions): EvidenceError {
    return new EvidenceError(EvidenceErrorCode.format, this.#where, `comment: ${problem}`, options)
  }
}

function shown(text: string): string {
  return text.slice(0, 64)
}

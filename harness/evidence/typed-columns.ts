import type { PacketBatch } from './batch.js'
import type { DecodedPackets } from './decoded-packets.js'
import { Fate, MessageName, ObservationPoint } from './record.js'

/** Where and how a record was seen, and what it is, in one number: see {@link sightCode}. */
export type SightCode = number

const FATE_BASE = 8
const MESSAGE_BASE = 64
const CONTENT_CHARACTERS = 8

/** What a record has of what it need not have, as bits of {@link TypedColumns.present}. */
const HAS_EXCHANGE = 1
const HAS_SEQUENCE = 2
const HAS_ROUND = 4
const HAS_CONTENT = 8

export const MAX_UINT16 = 0xffff
export const MAX_UINT32 = 0xffffffff

/**
 * The columns of a batch as numbers, but `fields`: what is read more than once is read from these. Null is 0, and its bit in `present` is not set.
 *
 * There is one set of them, into which every batch is written in its turn: they are read at once, and never kept.
 */
export interface TypedColumns {
  readonly t: Float64Array
  readonly exchange: Uint32Array
  readonly sequence: Uint32Array
  readonly round: Uint32Array
  readonly octets: Uint32Array
  readonly contents: Uint32Array
  /** `at`, `fate` and `message`. */
  readonly sights: Uint16Array
  readonly present: Uint8Array
  /** All of these in one piece. */
  readonly whole: Uint8Array
  /** Index of an earlier record that may be of the same packet; of none, -1. */
  readonly twins: Int32Array
  /** The batch that they are the columns of, where it was found to be one. */
  of: unknown
  /** Whether every entry is one that there may be. */
  isKnown: boolean
  /** The packets themselves; only of a batch that records them. */
  packets: DecodedPackets | undefined
}

/** The code of a record; a message that could not be read is null. */
export function sightCode(at: ObservationPoint, fate: Fate, message: MessageName | null): SightCode {
  return (
    ObservationPoint.indexOf(at) +
    FATE_BASE * Fate.indexOf(fate) +
    MESSAGE_BASE * (message === null ? 0 : MessageName.indexOf(message) + 1)
  )
}

type Columns = Readonly<Record<Exclude<keyof PacketBatch['columns'], 'fields'>, readonly unknown[]>>

/**
 * Write columns as numbers. Nothing is believed of them but that they are equally long.
 */
export function typeColumns({
  t,
  at,
  fate,
  message,
  exchange,
  sequence,
  round,
  octets,
  content,
}: Columns): TypedColumns {
  const typed = columnsFor(t.length)
  const { sights, present, twins } = typed
  typed.isKnown =
    readMoments(typed.t, t) &&
    readNumbers(typed.octets, octets, MAX_UINT16) &&
    readNumbersOrNull(typed.exchange, exchange, MAX_UINT32, present, HAS_EXCHANGE) &&
    readNumbersOrNull(typed.sequence, sequence, MAX_UINT32, present, HAS_SEQUENCE) &&
    readNumbersOrNull(typed.round, round, MAX_UINT16, present, HAS_ROUND) &&
    findTwins(twins, typed.sequence) &&
    readContents(typed.contents, content, present, twins) &&
    addPlaces(sights, at, ObservationPoint, 1) &&
    addPlaces(sights, fate, Fate, FATE_BASE) &&
    addPlaces(sights, message, MESSAGES, MESSAGE_BASE)
  return typed
}

/** In the place of null is 0. */
const MESSAGES: readonly (MessageName | null)[] = [null, ...MessageName]

let scratch = newColumns(0)

/** Those of a batch, where they are still what was written last. */
export function standingColumns(batch: PacketBatch): TypedColumns | undefined {
  return scratch.of === batch ? scratch : undefined
}

/** Nearly all batches are of one length. */
function columnsFor(length: number): TypedColumns {
  if (scratch.t.length === length) scratch.whole.fill(0)
  else scratch = newColumns(length)
  scratch.of = undefined
  scratch.packets = undefined
  return scratch
}

function newColumns(length: number): TypedColumns {
  // By the size of their entries, so that each begins at a multiple of it: t; five of 4 octets; one of 2; one of 1.
  const memory = new ArrayBuffer((8 + 5 * 4 + 2 + 1) * length)
  const numbers = (column: number): Uint32Array => new Uint32Array(memory, (8 + 4 * column) * length, length)
  return {
    t: new Float64Array(memory, 0, length),
    exchange: numbers(0),
    sequence: numbers(1),
    round: numbers(2),
    octets: numbers(3),
    contents: numbers(4),
    sights: new Uint16Array(memory, 28 * length, length),
    present: new Uint8Array(memory, 30 * length, length),
    whole: new Uint8Array(memory),
    twins: new Int32Array(length),
    of: undefined,
    isKnown: false,
    packets: undefined,
  }
}

const NO_MESSAGE = 0
const RESOURCE = MessageName.indexOf('RESOURCE') + 1
const HAS_EVERYTHING = HAS_EXCHANGE | HAS_SEQUENCE | HAS_ROUND | HAS_CONTENT

/** Whether every record has what its message asks for: an exchange, and a RESOURCE all the rest. */
export function areNamed({ sights, present }: TypedColumns): boolean {
  for (let i = 0; i < sights.length; i++) {
    const message = (sights[i]! / MESSAGE_BASE) | 0
    if (message === NO_MESSAGE) continue
    const needed = message === RESOURCE ? HAS_EVERYTHING : HAS_EXCHANGE
    if ((present[i]! & needed) !== needed) return false
  }
  return true
}

/** Whether something is a whole number that counts something. */
export function isIndex(entry: unknown): entry is number {
  return typeof entry === 'number' && entry >= 0 && entry <= Number.MAX_SAFE_INTEGER && Math.floor(entry) === entry
}

function readMoments(moments: Float64Array, column: readonly unknown[]): boolean {
  for (let i = 0; i < column.length; i++) {
    const entry = column[i]
    if (!isIndex(entry)) return false
    moments[i] = entry
  }
  return true
}

function readNumbers(numbers: Uint32Array, column: readonly unknown[], max: number): boolean {
  for (let i = 0; i < column.length; i++) {
    const entry = column[i]
    if (typeof entry !== 'number' || entry >>> 0 !== entry || entry > max) return false
    numbers[i] = entry
  }
  return true
}

function readNumbersOrNull(
  numbers: Uint32Array,
  column: readonly unknown[],
  max: number,
  present: Uint8Array,
  bit: number,
): boolean {
  for (let i = 0; i < column.length; i++) {
    const entry = column[i]
    if (entry === null) continue
    if (typeof entry !== 'number' || entry >>> 0 !== entry || entry > max) return false
    numbers[i] = entry
    present[i]! |= bit
  }
  return true
}

/** A resource is seen again soon after it was sent: so many are remembered, a power of two. */
const REMEMBERED_SEQUENCES = 256
const LAST_SEEN = new Int32Array(REMEMBERED_SEQUENCES)

/** @returns true, always: no record needs a twin */
function findTwins(twins: Int32Array, sequence: Uint32Array): true {
  LAST_SEEN.fill(-1)
  for (let i = 0; i < sequence.length; i++) {
    const place = sequence[i]! & (REMEMBERED_SEQUENCES - 1)
    twins[i] = LAST_SEEN[place]!
    LAST_SEEN[place] = i
  }
  return true
}

/** Neighbours are mostly equal: that is asked first, and of texts alone, which takes half as long. @returns whether all are in the list */
function addPlaces(
  sights: Uint16Array,
  column: readonly unknown[],
  list: readonly (string | null)[],
  base: number,
): boolean {
  let known = ''
  let place = -1
  for (let i = 0; i < column.length; i++) {
    const entry = column[i]
    if (typeof entry !== 'string') {
      if (entry !== null || list[0] !== null) return false
      continue
    }
    if (entry !== known || place < 0) {
      known = entry
      place = list.indexOf(entry) * base
      if (place < 0) return false
    }
    sights[i]! += place
  }
  return true
}

/** By the code of a character: what a hexadecimal digit, lower case, counts; 0x80 where it is none. */
const DIGIT = new Uint8Array(128).fill(0x80)
for (let digit = 0; digit < 16; digit++) DIGIT[digit.toString(16).charCodeAt(0)] = digit

/** @returns whether all are 8 hexadecimal digits or null */
function readContents(
  contents: Uint32Array,
  column: readonly unknown[],
  present: Uint8Array,
  twins: Int32Array,
): boolean {
  let wrong = 0
  for (let i = 0; i < column.length; i++) {
    const entry = column[i]
    if (entry === null) continue
    const twin = twins[i]!
    if (twin >= 0 && column[twin] === entry) {
      contents[i] = contents[twin]!
      present[i]! |= HAS_CONTENT
      continue
    }
    if (typeof entry !== 'string' || entry.length !== CONTENT_CHARACTERS) return false
    let number = 0
    // By hand, and without branches: which digit comes next nobody can predict, and a regular expression takes three times as long.
    for (let at = 0; at < CONTENT_CHARACTERS; at++) {
      const code = entry.charCodeAt(at)
      const digit = DIGIT[code & 0x7f]!
      wrong |= digit | (code & 0xff80)
      number = (number << 4) | (digit & 0xf)
    }
    contents[i] = number
    present[i]! |= HAS_CONTENT
  }
  return wrong < 0x10
}

import type { PacketBatch } from './batch.js'
import { Fate, MessageName, ObservationPoint } from './record.js'

/** Where and how a record was seen, and what it is, in one number: see {@link sightCode}. */
export type SightCode = number

const FATE_BASE = 8
const MESSAGE_BASE = 64
/** No point, no fate and no message has this place in its list. */
const UNKNOWN = 7
const CONTENT_CHARACTERS = 8

/** The columns that are text, as numbers: what reads a batch more than once compares those. */
export interface TypedColumns {
  readonly sights: Uint16Array
  /** Of a record that has none, 0. */
  readonly contents: Uint32Array
  /** Whether every text is one that there is. */
  readonly isKnown: boolean
  /** The packets themselves; only of a batch that was read, and records them. */
  readonly packets?: DecodedPackets
}

/** Packets one behind the other, and nothing else; records with the same packet may share it. */
export interface DecodedPackets {
  readonly octets: Uint8Array
  /** Where the packet of each record begins. */
  readonly starts: Uint32Array
}

/** The code of a record; a message that could not be read is null. */
export function sightCode(at: ObservationPoint, fate: Fate, message: MessageName | null): SightCode {
  return (
    ObservationPoint.indexOf(at) +
    FATE_BASE * Fate.indexOf(fate) +
    MESSAGE_BASE * (message === null ? 0 : MessageName.indexOf(message) + 1)
  )
}

type TextColumns = Readonly<Record<'at' | 'fate' | 'message' | 'content', readonly unknown[]>>

/**
 * Write text columns as numbers. Nothing is believed of them but that they are equally long.
 */
export function typeColumns({ at, fate, message, content }: TextColumns): TypedColumns {
  const sights = new Uint16Array(at.length)
  const contents = new Uint32Array(at.length)
  let isKnown = addPlaces(sights, at, ObservationPoint, 1)
  isKnown = addPlaces(sights, fate, Fate, FATE_BASE) && isKnown
  isKnown = addPlaces(sights, message, [null, ...MessageName], MESSAGE_BASE) && isKnown
  isKnown = readContents(contents, content) && isKnown
  return { sights, contents, isKnown }
}

/** Those of batches that were read, so that whoever judges a batch need not write them again. */
const REMEMBERED = new WeakMap<PacketBatch, TypedColumns>()

export function rememberColumns(batch: PacketBatch, columns: TypedColumns): void {
  REMEMBERED.set(batch, columns)
}

/** Those of a batch that was read; undefined of any other. */
export function rememberedColumns(batch: PacketBatch): TypedColumns | undefined {
  return REMEMBERED.get(batch)
}

/** Neighbours are mostly equal: that is asked first. @returns whether all are in the list */
function addPlaces(sights: Uint16Array, column: readonly unknown[], list: readonly unknown[], base: number): boolean {
  let known: unknown
  let place = UNKNOWN
  let isKnown = true
  for (let i = 0; i < column.length; i++) {
    const entry = column[i]
    if (entry !== known || i === 0) {
      known = entry
      place = list.indexOf(entry)
      if (place < 0) {
        place = UNKNOWN
        isKnown = false
      }
    }
    sights[i]! += place * base
  }
  return isKnown
}

/** By the code of a character: what a hexadecimal digit, lower case, counts; 0x80 where it is none. */
const DIGIT = new Uint8Array(128).fill(0x80)
for (let digit = 0; digit < 16; digit++) DIGIT[digit.toString(16).charCodeAt(0)] = digit

/** @returns whether all are 8 hexadecimal digits or null */
function readContents(contents: Uint32Array, column: readonly unknown[]): boolean {
  let wrong = 0
  for (let i = 0; i < column.length; i++) {
    const entry = column[i]
    if (entry === null) continue
    if (typeof entry !== 'string' || entry.length !== CONTENT_CHARACTERS) {
      wrong = 0x80
      continue
    }
    let number = 0
    // By hand, and without branches: which digit comes next nobody can predict, and a regular expression takes three times as long.
    for (let at = 0; at < CONTENT_CHARACTERS; at++) {
      const code = entry.charCodeAt(at)
      const digit = DIGIT[code & 0x7f]!
      wrong |= digit | (code & 0xff80)
      number = (number << 4) | (digit & 0xf)
    }
    contents[i] = number
  }
  return wrong < 0x10
}

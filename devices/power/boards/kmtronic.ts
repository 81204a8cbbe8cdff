import type { ParsedOptionsOf } from '../options.js'
import { readStateOctet } from './lcus.js'
import { OutletFault } from '../outlet-fault.js'
import { hexOf, type BoardProtocol, type Question } from './question.js'

/**
 * KMTronic's USB, RS-232 and RS-485 boards, as the maker lists their commands (info.kmtronic.com, "KMTronic USB Relay Test software"): FF, relay from 1, 1
 * or 0; no answer. Boards of four and eight relays answer FF 09 00 with an octet each, boards of one and two answer FF n 03 with FF n and the state.
 */
export function kmtronicProtocol({ relay, status }: ParsedOptionsOf<'kmtronic'>): BoardProtocol {
  return {
    switchRelay: (isEnergised) => Uint8Array.of(0xff, relay, isEnergised ? 1 : 0),
    readRelay: statusQuestion(relay, status),
  }
}

function statusQuestion(relay: number, status: ParsedOptionsOf<'kmtronic'>['status']): Question<boolean> | undefined {
  switch (status) {
    case 'none':
      return undefined
    case 'all':
      return {
        octets: Uint8Array.of(0xff, 0x09, 0x00),
        endsByPause: true,
        read: (answer) => readStateOctet(answer, relay),
      }
    case 'each':
      return { octets: Uint8Array.of(0xff, relay, 0x03), read: (answer) => readOneState(answer, relay) }
  }
}

function readOneState(answer: Uint8Array, relay: number): boolean | undefined {
  const [start, channel = relay, state = 0] = answer
  if (start !== 0xff || channel !== relay || state > 1 || answer.length > 3) {
    throw new OutletFault('answer', `expected ff, the relay and 0 or 1, got ${hexOf(answer)}`)
  }
  return answer.length < 3 ? undefined : state === 1
}

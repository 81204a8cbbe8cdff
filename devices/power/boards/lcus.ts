import type { ParsedOptionsOf } from '../options.js'
import { OutletFault } from '../outlet-fault.js'
import { hexOf, type BoardProtocol, type Question } from './question.js'

/**
 * LC Technology's boards (LCUS-1 to LCUS-8, sold as Noyito and under many other names): A0, relay from 1, 1 or 0, and the sum of the three; no answer.
 * The newer ones answer FF with the state of every relay: an octet each (Noyito's description: `01 01 01 01 00 00 00 00`), or a line of text each
 * (`CH1:ON \r\nCH2:OFF \r\n`, LCUS-2 and LCUS-4 with newer firmware).
 */
export function lcusProtocol({ relay, status }: ParsedOptionsOf<'lcus'>): BoardProtocol {
  return {
    switchRelay(isEnergised) {
      const operation = isEnergised ? 1 : 0
      return Uint8Array.of(0xa0, relay, operation, (0xa0 + relay + operation) & 0xff)
    },
    readRelay: statusQuestion(relay, status),
  }
}

function statusQuestion(relay: number, status: ParsedOptionsOf<'lcus'>['status']): Question<boolean> | undefined {
  const octets = Uint8Array.of(0xff)
  switch (status) {
    case 'none':
      return undefined
    case 'octets':
      return { octets, endsByPause: true, read: (answer) => readStateOctet(answer, relay) }
    case 'text':
      return { octets, endsByPause: true, read: (answer) => readStateLine(answer, relay) }
  }
}

/** An octet for each relay, 1 or 0. */
export function readStateOctet(answer: Uint8Array, relay: number): boolean | undefined {
  if (answer.some((octet) => octet > 1))
    throw new OutletFault('answer', `expected an octet of 0 or 1 a relay, got ${hexOf(answer)}`)
  const state = answer[relay - 1]
  return state === undefined ? undefined : state === 1
}

function readStateLine(answer: Uint8Array, relay: number): boolean | undefined {
  const text = Buffer.from(answer).toString('latin1')
  if (!/^[\s\w:]*$/.test(text)) throw new OutletFault('answer', `expected lines such as CH1: ON, got ${hexOf(answer)}`)
  const [, state] = new RegExp(`^CH${relay}:\\s*(ON|OFF)\\s*$`, 'm').exec(text.replaceAll('\r', '')) ?? []
  return state === undefined ? undefined : state === 'ON'
}

import type { OutletOptions } from 'viewnet/devices/power'
import {
  SimulatedKmtronic,
  SimulatedLcus,
  SimulatedModbusBoard,
  SimulatedNumato,
  type SimulatedRelayBoard,
} from 'viewnet/devices/simulated'

/** Where each simulated board is plugged in. */
export const PATH = '/dev/simulated-board'

/** Short waits, so that faults do not hold up the specs, and long enough for a machine that has much to do. */
const PATIENCE = { replyTimeoutMs: 1000, settleTimeoutMs: 120, reopenTimeoutMs: 2000 }

/** One kind of board: its simulated counterpart, how one of its relays is reached, and what its maker says goes over the wire. */
export interface BoardCase {
  readonly name: string
  readonly board: () => SimulatedRelayBoard
  readonly options: OutletOptions
  /** Where that relay is on the simulated board, from 0. */
  readonly at: number
  /** Octets in hexadecimal; `undefined`: the board cannot be asked. */
  readonly wire: { readonly on: string; readonly off: string; readonly read: string | undefined }
  /** Where that is written. */
  readonly source: string
}

const ascii = (text: string): string => Buffer.from(text, 'latin1').toString('hex')

export const BOARDS: readonly BoardCase[] = [
  {
    name: 'LCUS without status',
    board: () => new SimulatedLcus(),
    options: { driver: 'lcus', port: PATH, relay: 2, ...PATIENCE },
    at: 1,
    wire: { on: 'a00201a3', off: 'a00200a2', read: undefined },
    source: 'description of the Noyito 8-channel USB relay module: A0 02 01 A3, A0 02 00 A2',
  },
  {
    name: 'LCUS with status in octets',
    board: () => new SimulatedLcus({ relays: 2, status: 'octets' }),
    options: { driver: 'lcus', port: PATH, relay: 2, status: 'octets', ...PATIENCE },
    at: 1,
    wire: { on: 'a00201a3', off: 'a00200a2', read: 'ff' },
    source: 'the same: FF (hex) obtains the relay status',
  },
  {
    name: 'LCUS with status in text',
    board: () => new SimulatedLcus({ relays: 2, status: 'text' }),
    options: { driver: 'lcus', port: PATH, relay: 2, status: 'text', ...PATIENCE },
    at: 1,
    wire: { on: 'a00201a3', off: 'a00200a2', read: 'ff' },
    source: 'boards that answer 0xFF with "CH1:OFF \\r\\nCH2:OFF \\r\\n" (AscomSwitchDriver, README)',
  },
  {
    name: 'KMTronic, all relays at once',
    board: () => new SimulatedKmtronic(),
    options: { driver: 'kmtronic', port: PATH, relay: 4, ...PATIENCE },
    at: 3,
    wire: { on: 'ff0401', off: 'ff0400', read: 'ff0900' },
    source: 'info.kmtronic.com, "KMTronic USB Relay Test software", four relays',
  },
  {
    name: 'KMTronic, each relay',
    board: () => new SimulatedKmtronic({ relays: 2 }),
    options: { driver: 'kmtronic', port: PATH, relay: 2, status: 'each', ...PATIENCE },
    at: 1,
    wire: { on: 'ff0201', off: 'ff0200', read: 'ff0203' },
    source: 'the same, two relays',
  },
  {
    name: 'Numato',
    board: () => new SimulatedNumato({ relays: 16 }),
    options: { driver: 'numato', port: PATH, relay: 10, ...PATIENCE },
    at: 10,
    wire: { on: ascii('relay on A\r'), off: ascii('relay off A\r'), read: ascii('relay read A\r') },
    source: 'numato/samplecode, usbrelay16_32: relay 10 and beyond are letters from A',
  },
  {
    name: 'Modbus RTU',
    board: () => new SimulatedModbusBoard(),
    options: { driver: 'modbus-rtu', port: PATH, coil: 1, ...PATIENCE },
    at: 1,
    wire: { on: '01050001ff00ddfa', off: '0105000100009c0a', read: '010100010001ac0a' },
    source: 'Waveshare, Modbus RTU Relay: 01 05 00 01 FF 00 DD FA and 01 05 00 01 00 00 9C 0A',
  },
]

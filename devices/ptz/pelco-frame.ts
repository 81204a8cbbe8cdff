import { UsageError } from 'viewnet/device'

/** How a head is to move: each from -1 to 1, 0 or left out stands still. */
export interface PtzMove {
  /** Left is negative, right positive; 1 is full speed. */
  readonly pan?: number | undefined
  /** Down is negative, up positive. */
  readonly tilt?: number | undefined
  /** Wide is negative, tele positive; the protocol knows no speed here. */
  readonly zoom?: number | undefined
}

/** Bits of command 2 (Pelco D Protocol Manual, TF-0002, version 2 revision 1, "The Standard Command Set"). */
const RIGHT = 0x02
const LEFT = 0x04
const UP = 0x08
const DOWN = 0x10
const TELE = 0x20
const WIDE = 0x40

/** Codes of the extended command set. */
const PRESET = { set: 0x03, clear: 0x05, 'go-to': 0x07 } as const

/** What a head can be asked for. */
export type PtzAxis = 'pan' | 'tilt' | 'zoom'

/** Codes of the questions for a position, and of the answers that carry it, most significant octet first. */
const QUERY: Readonly<Record<PtzAxis, number>> = { pan: 0x51, tilt: 0x53, zoom: 0x55 }
const ANSWER: Readonly<Record<PtzAxis, number>> = { pan: 0x59, tilt: 0x5b, zoom: 0x5d }
const SYNC = 0xff
const FRAME_OCTETS = 7

/** 3F is full speed; FF (turbo) is for panning alone, and not every head takes it. */
const MAX_SPEED = 0x3f

/** `FF | address | command 1 | command 2 | pan speed | tilt speed | sum of the five before it, modulo 256` */
function frame(address: number, command2: number, data1: number, data2: number): Uint8Array {
  return Uint8Array.of(SYNC, address, 0, command2, data1, data2, (address + command2 + data1 + data2) & 0xff)
}

/** @throws UsageError `ERR_VIEWNET_OPTION` when a speed is out of its range */
export function encodeMove(address: number, { pan = 0, tilt = 0, zoom = 0 }: PtzMove): Uint8Array {
  for (const [name, value] of Object.entries({ pan, tilt, zoom })) {
    if (!(value >= -1 && value <= 1)) {
      throw new UsageError('ERR_VIEWNET_OPTION', `PTZ move: ${name}: expected -1 to 1, got ${value}`)
    }
  }
  const command = side(pan, LEFT, RIGHT) | side(tilt, DOWN, UP) | side(zoom, WIDE, TELE)
  return frame(address, command, speed(pan), speed(tilt))
}

export function encodeStop(address: number): Uint8Array {
  return frame(address, 0, 0, 0)
}

/** @throws UsageError `ERR_VIEWNET_OPTION` when the preset is out of its range */
export function encodePreset(address: number, what: keyof typeof PRESET, preset: number): Uint8Array {
  if (!Number.isInteger(preset) || preset < 1 || preset > 255) {
    throw new UsageError('ERR_VIEWNET_OPTION', `PTZ preset: expected 1 to 255, got ${preset}`)
  }
  return frame(address, PRESET[what], 0, preset)
}

export function encodeQuery(address: number, axis: PtzAxis): Uint8Array {
  return frame(address, QUERY[axis], 0, 0)
}

/**
 * Find the answer to a question for a position among octets that may hold anything else: the echo of the question, answers of other heads on the bus, noise.
 *
 * @returns 0–65535, as the head counts; undefined: there is no whole answer
 */
export function positionIn(octets: Uint8Array, address: number, axis: PtzAxis): number | undefined {
  for (let at = octets.indexOf(SYNC); at >= 0; at = octets.indexOf(SYNC, at + 1)) {
    const [, from, first = 0, command, high = 0, low = 0, sum] = octets.subarray(at, at + FRAME_OCTETS)
    if (from !== address || command !== ANSWER[axis]) continue
    if (sum === ((from + first + command + high + low) & 0xff)) return (high << 8) | low
  }
  return undefined
}

function side(value: number, negative: number, positive: number): number {
  if (value === 0) return 0
  return value < 0 ? negative : positive
}

/** A head that is told to move moves, however slowly. */
function speed(value: number): number {
  return value === 0 ? 0 : Math.max(1, Math.round(Math.abs(value) * MAX_SPEED))
}

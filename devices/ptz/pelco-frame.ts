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

/** 3F is full speed; FF (turbo) is for panning alone, and not every head takes it. */
const MAX_SPEED = 0x3f

/** `FF | address | command 1 | command 2 | pan speed | tilt speed | sum of the five before it, modulo 256` */
function frame(address: number, command2: number, data1: number, data2: number): Uint8Array {
  return Uint8Array.of(0xff, address, 0, command2, data1, data2, (address + command2 + data1 + data2) & 0xff)
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

function side(value: number, negative: number, positive: number): number {
  if (value === 0) return 0
  return value < 0 ? negative : positive
}

/** A head that is told to move moves, however slowly. */
function speed(value: number): number {
  return value === 0 ? 0 : Math.max(1, Math.round(Math.abs(value) * MAX_SPEED))
}

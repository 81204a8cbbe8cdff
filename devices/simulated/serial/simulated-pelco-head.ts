import type { SimulatedSerialDevice } from './serial-device.js'

const FRAME_OCTETS = 7

/** Where a simulated head is going. */
export interface HeadMotion {
  readonly pan: 'left' | 'right' | undefined
  readonly tilt: 'up' | 'down' | undefined
  readonly zoom: 'tele' | 'wide' | undefined
  /** 0–63. */
  readonly panSpeed: number
  readonly tiltSpeed: number
}

const STILL: HeadMotion = { pan: undefined, tilt: undefined, zoom: undefined, panSpeed: 0, tiltSpeed: 0 }

/** An analogue head that understands Pelco-D; it answers nothing, as most do. */
export class SimulatedPelcoHead implements SimulatedSerialDevice {
  readonly #address: number
  #octets: Buffer = Buffer.alloc(0)
  #motion: HeadMotion = STILL
  #preset: number | undefined
  #brokenFrameCount = 0
  readonly #storedPresets = new Set<number>()

  /** @param address - 1–255 */
  constructor(address = 1) {
    this.#address = address
  }

  get motion(): HeadMotion {
    return this.#motion
  }

  /** The preset that it went to last. */
  get preset(): number | undefined {
    return this.#preset
  }

  get storedPresets(): ReadonlySet<number> {
    return this.#storedPresets
  }

  /** Frames whose sum was wrong. */
  get brokenFrameCount(): number {
    return this.#brokenFrameCount
  }

  connect(): void {
    // It answers nothing.
  }

  receive(octets: Uint8Array): void {
    this.#octets = Buffer.concat([this.#octets, octets])
    for (;;) {
      const start = this.#octets.indexOf(0xff)
      this.#octets = start === -1 ? Buffer.alloc(0) : this.#octets.subarray(start)
      if (this.#octets.length < FRAME_OCTETS) return
      const frame = this.#octets.subarray(0, FRAME_OCTETS)
      const sum = frame.subarray(1, 6).reduce((all, octet) => all + octet, 0) % 256
      const isWhole = sum === frame[6]
      if (!isWhole) this.#brokenFrameCount += 1
      else if (frame[1] === this.#address) this.#obey(frame)
      this.#octets = this.#octets.subarray(isWhole ? FRAME_OCTETS : 1)
    }
  }

  #obey(frame: Buffer): void {
    const command = frame.readUInt8(3)
    const value = frame.readUInt8(5)
    // The lowest bit tells the extended command set.
    if ((command & 1) === 1) {
      if (command === 0x03) this.#storedPresets.add(value)
      if (command === 0x05) this.#storedPresets.delete(value)
      if (command === 0x07 && this.#storedPresets.has(value)) this.#preset = value
      return
    }
    this.#motion = {
      pan: command & 0x02 ? 'right' : command & 0x04 ? 'left' : undefined,
      tilt: command & 0x08 ? 'up' : command & 0x10 ? 'down' : undefined,
      zoom: command & 0x20 ? 'tele' : command & 0x40 ? 'wide' : undefined,
      panSpeed: frame.readUInt8(4),
      tiltSpeed: value,
    }
  }
}

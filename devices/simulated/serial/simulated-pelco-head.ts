import { FaultyDevice } from './faults.js'
import { SimulatedHeadPosition } from './simulated-head-position.js'

const FRAME_OCTETS = 7
const MAX_WAITING_OCTETS = 256

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

/** What kind of head it is. */
export interface SimulatedPelcoHeadOptions {
  /** Whether it answers questions for its position. Default false: many heads answer nothing. */
  readonly tellsPosition?: boolean | undefined
  /** Whether it goes on turning though it is told to stop. Default false. */
  readonly runsOn?: boolean | undefined
  /** Ms, never backwards. Default: the clock of the process. */
  readonly nowMs?: (() => number) | undefined
}

/** Codes of questions, and of the answers to them. */
const ASKED = {
  0x51: { axis: 'pan', answer: 0x59 },
  0x53: { axis: 'tilt', answer: 0x5b },
  0x55: { axis: 'zoom', answer: 0x5d },
} as const

/** An analogue head that understands Pelco-D. It answers no command, and questions for its position where it is made so. `stuck`, it does not turn. */
export class SimulatedPelcoHead extends FaultyDevice {
  readonly #address: number
  readonly #tellsPosition: boolean
  readonly #runsOn: boolean
  readonly #position: SimulatedHeadPosition
  #octets: Buffer = Buffer.alloc(0)
  #motion: HeadMotion = STILL
  #preset: number | undefined
  #brokenFrameCount = 0
  readonly #storedPresets = new Set<number>()

  /** @param address - 1–255 */
  constructor(
    address = 1,
    { tellsPosition = false, runsOn = false, nowMs = (): number => performance.now() }: SimulatedPelcoHeadOptions = {},
  ) {
    super()
    this.#address = address
    this.#tellsPosition = tellsPosition
    this.#runsOn = runsOn
    this.#position = new SimulatedHeadPosition(nowMs)
  }

  get motion(): HeadMotion {
    return this.#motion
  }

  /** Where it stands: pan and tilt in hundredths of a degree, zoom in steps. */
  get position(): Readonly<Record<'pan' | 'tilt' | 'zoom', number>> {
    return this.#position.now
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

  protected override take(octets: Uint8Array): void {
    this.#octets = Buffer.concat([this.#octets, octets]).subarray(-MAX_WAITING_OCTETS)
    for (;;) {
      const start = this.#octets.indexOf(0xff)
      this.#octets = start === -1 ? Buffer.alloc(0) : this.#octets.subarray(start)
      if (this.#octets.length < FRAME_OCTETS) return
      const frame = this.#octets.subarray(0, FRAME_OCTETS)
      const isWhole = sumOf(frame) === frame[6]
      if (!isWhole) this.#brokenFrameCount += 1
      else if (frame[1] === this.#address) this.#obey(frame)
      this.#octets = this.#octets.subarray(isWhole ? FRAME_OCTETS : 1)
    }
  }

  #obey(frame: Buffer): void {
    const command = frame.readUInt8(3)
    // The lowest bit tells the extended command set.
    if ((command & 1) === 1) this.#obeyExtended(command, frame.readUInt8(5))
    else this.#turn(command, frame.readUInt8(4), frame.readUInt8(5))
  }

  #obeyExtended(command: number, value: number): void {
    if (command === 0x03) this.#storedPresets.add(value)
    if (command === 0x05) this.#storedPresets.delete(value)
    if (command === 0x07 && this.#storedPresets.has(value)) this.#preset = value
    if (!this.#tellsPosition || !isAsked(command)) return
    const { axis, answer } = ASKED[command]
    const position = Math.floor(this.#position.now[axis])
    const frame = Uint8Array.of(0xff, this.#address, 0, answer, position >>> 8, position & 0xff, 0)
    frame[6] = sumOf(frame)
    this.answer(frame)
  }

  #turn(command: number, panSpeed: number, tiltSpeed: number): void {
    const isStop = command === 0
    if (this.fault === 'stuck' || (isStop && this.#runsOn)) return
    this.#motion = {
      pan: command & 0x02 ? 'right' : command & 0x04 ? 'left' : undefined,
      tilt: command & 0x08 ? 'up' : command & 0x10 ? 'down' : undefined,
      zoom: command & 0x20 ? 'tele' : command & 0x40 ? 'wide' : undefined,
      panSpeed,
      tiltSpeed,
    }
    this.#position.turn(this.#motion)
  }
}

function isAsked(command: number): command is keyof typeof ASKED {
  return command in ASKED
}

/** Of the five octets before it, modulo 256. */
function sumOf(frame: Uint8Array): number {
  return frame.subarray(1, 6).reduce((all, octet) => all + octet, 0) % 256
}

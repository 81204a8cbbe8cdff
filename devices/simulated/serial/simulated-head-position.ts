import type { HeadMotion } from './simulated-pelco-head.js'

/** Of a full circle, in hundredths of a degree. */
const CIRCLE = 36_000
const MOST_TILT = 9_000
const MOST_ZOOM = 0xffff
/** Hundredths of a degree a second for each step of speed: at full speed, 63, some 60 degrees. */
const SPEED = 100
/** The whole range in two seconds. */
const ZOOM_SPEED = MOST_ZOOM / 2

const STILL = { pan: 0, tilt: 0, zoom: 0 } as const
type Axes = Readonly<Record<keyof typeof STILL, number>>

/** Where a simulated head stands: what it was told, and for how long, decides. */
export class SimulatedHeadPosition {
  readonly #nowMs: () => number
  #since: number
  #from: Axes = { pan: 18_000, tilt: 4_500, zoom: 0 }
  /** A second. */
  #speed: Axes = STILL

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
    this.#since = nowMs()
  }

  get now(): Axes {
    const seconds = (this.#nowMs() - this.#since) / 1000
    const { pan, tilt, zoom } = this.#from
    const speed = this.#speed
    return {
      pan: (((pan + speed.pan * seconds) % CIRCLE) + CIRCLE) % CIRCLE,
      tilt: within(tilt + speed.tilt * seconds, MOST_TILT),
      zoom: within(zoom + speed.zoom * seconds, MOST_ZOOM),
    }
  }

  /** From now on it moves like this. */
  turn({ pan, tilt, zoom, panSpeed, tiltSpeed }: HeadMotion): void {
    this.#from = this.now
    this.#since = this.#nowMs()
    this.#speed = {
      pan: sign(pan, 'right', 'left') * panSpeed * SPEED,
      tilt: sign(tilt, 'up', 'down') * tiltSpeed * SPEED,
      zoom: sign(zoom, 'tele', 'wide') * ZOOM_SPEED,
    }
  }
}

function sign<T>(direction: T | undefined, plus: T, minus: T): number {
  return direction === plus ? 1 : direction === minus ? -1 : 0
}

function within(value: number, most: number): number {
  return Math.min(most, Math.max(0, value))
}

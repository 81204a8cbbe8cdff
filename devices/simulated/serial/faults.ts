import type { SimulatedSerialDevice } from './serial-device.js'

/** The ways in which a simulated serial device goes wrong, and what each does. */
export const SERIAL_FAULTS = {
  'no-answer': 'carries commands out, and never answers',
  'half-answer': 'sends the first half of each answer',
  garbage: 'sends as many other octets instead of each answer',
  slow: 'answers three seconds late',
  'unplugged-mid-command': 'is unplugged as soon as a command comes, and does not carry it out',
  floods: 'answers, and then sends octets for ever',
  welded: 'takes commands and tells the commanded state; the contact stays as it is (relay boards)',
  stuck: 'takes commands; neither contact nor told state change (relay boards)',
} as const

/** A name in {@link SERIAL_FAULTS}. */
export type SerialFaultName = keyof typeof SERIAL_FAULTS

const SLOW_MS = 3000
const FLOOD_CHUNK = Buffer.alloc(512, 0xaa)

/** A device with a fault that can be changed while it is in use. */
export abstract class FaultyDevice implements SimulatedSerialDevice {
  /** What is wrong with it now; `undefined`: nothing. */
  fault: SerialFaultName | undefined
  #send: ((octets: Uint8Array) => void) | undefined
  #unplug: (() => void) | undefined
  #isFlooding = false
  readonly #timers = new Set<NodeJS.Timeout>()

  connect(send: (octets: Uint8Array) => void): void {
    this.#send = send
  }

  disconnect(): void {
    this.#send = undefined
    this.#isFlooding = false
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }

  plugged(unplug: () => void): void {
    this.#unplug = unplug
  }

  receive(octets: Uint8Array): void {
    if (this.fault === 'unplugged-mid-command') this.#unplug?.()
    else this.take(octets)
  }

  /** Octets came, in pieces of any size. */
  protected abstract take(octets: Uint8Array): void

  /** Whether anybody has the port open. */
  protected get isConnected(): boolean {
    return this.#send !== undefined
  }

  /** Send one whole answer, as far as the fault lets it. */
  protected answer(octets: Uint8Array): void {
    switch (this.fault) {
      case 'no-answer':
      case 'unplugged-mid-command':
        return
      case 'half-answer':
        return this.send(octets.subarray(0, Math.floor(octets.length / 2)))
      case 'garbage':
        return this.send(octets.map((octet, at) => (octet ^ 0xa5) + at))
      case 'slow':
        return this.later(SLOW_MS, () => this.send(octets))
      case 'floods':
        this.send(octets)
        if (!this.#isFlooding) this.#flood()
        return
      case 'welded':
      case 'stuck':
      case undefined:
        return this.send(octets)
    }
  }

  protected send(octets: Uint8Array): void {
    this.#send?.(octets)
  }

  /** Do something later, unless the port is closed by then. */
  protected later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, ms)
    this.#timers.add(timer)
  }

  #flood(): void {
    this.#isFlooding = this.fault === 'floods' && this.isConnected
    if (!this.#isFlooding) return
    this.send(FLOOD_CHUNK)
    this.later(1, () => this.#flood())
  }
}

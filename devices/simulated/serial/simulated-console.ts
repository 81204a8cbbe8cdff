import { UsageError } from 'viewnet/device'
import type { PoweredLoad } from './relay.js'
import type { SimulatedSerialDevice } from './serial-device.js'

/** What a simulated camera writes on its console. */
export interface SimulatedConsoleOptions {
  /** From power to the prompt, ms, 0–600,000. Default 200. */
  readonly bootMs?: number | undefined
}

const BANNER = 'U-Boot 2019.04 (Jan 01 2026 - 00:00:00)\r\n\r\nDRAM:  128 MiB\r\n'
const KERNEL = 'Starting kernel ...\r\n[    0.000000] Linux version 4.9.84 (gcc 6.4.1)\r\n'
const PROMPT = '\r\ncamera login: '
const PANIC = 'Kernel panic - not syncing: Fatal exception in interrupt\r\n'
const MAX_BOOT_MS = 600_000
const FLOOD = Buffer.alloc(4096, 0x55)

/** The console of a simulated camera: silent without power; with it, a boot log and then a prompt. Feed it from a relay. */
export class SimulatedConsole implements SimulatedSerialDevice, PoweredLoad {
  readonly #bootMs: number
  #send: ((octets: Uint8Array) => void) | undefined
  #timers: NodeJS.Timeout[] = []
  #isOn = false
  #isFlooding = false

  constructor({ bootMs = 200 }: SimulatedConsoleOptions = {}) {
    if (!Number.isFinite(bootMs) || bootMs < 0 || bootMs > MAX_BOOT_MS) {
      throw new UsageError(
        'ERR_VIEWNET_OPTION',
        `simulated console: bootMs: expected 0 to ${MAX_BOOT_MS}, got ${bootMs}`,
      )
    }
    this.#bootMs = bootMs
  }

  connect(send: (octets: Uint8Array) => void): void {
    this.#send = send
    if (this.#isFlooding) this.#flood()
  }

  disconnect(): void {
    this.#send = undefined
  }

  /** A getty echoes what is typed. */
  receive(octets: Uint8Array): void {
    if (this.#isOn) this.#send?.(octets)
  }

  powerOn(): void {
    if (this.#isOn) return
    this.#isOn = true
    this.say(BANNER)
    this.#timers = [
      setTimeout(() => this.say(KERNEL), this.#bootMs / 2),
      setTimeout(() => this.say(PROMPT), this.#bootMs),
    ]
  }

  powerOff(): void {
    this.#isOn = false
    this.#isFlooding = false
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers = []
  }

  /** The kernel breaks down; nothing comes any more until the power was away. */
  panic(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.say(PANIC)
  }

  /** Send without end and without line endings, as fast as the other side reads, until the power goes. */
  floods(): void {
    this.#isFlooding = true
    this.#flood()
  }

  /** Write something, as a program on the camera would. */
  say(text: string | Uint8Array): void {
    if (this.#isOn) this.#send?.(typeof text === 'string' ? Buffer.from(text, 'utf8') : text)
  }

  #flood(): void {
    if (!this.#isFlooding || this.#send === undefined) return
    this.#send(FLOOD)
    setImmediate(() => this.#flood())
  }
}

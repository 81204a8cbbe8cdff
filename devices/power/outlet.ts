import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from 'viewnet/device'
import { holdPort } from '../serial/port-holders.js'
import { PowerError, PowerErrorCode } from './errors.js'
import { registerOpenOutlet } from './exit-guard.js'
import type { OutletDriver } from './outlet-driver.js'
import { blame } from './outlet-fault.js'
import type { CycleCall, OutletCall, OutletState, PowerOutlet, SafeState } from './power-outlet.js'
import type { PowerHost } from './power-host.js'

const DEFAULT_OFF_MS = 5000
const MAX_OFF_MS = 24 * 60 * 60_000
/** How often a board is asked whether it obeyed. */
const SETTLE_INTERVAL_MS = 100

/** Which outlet it is, and how it is left. */
export interface OutletPlan {
  readonly id: string
  readonly bank: string
  readonly safeState: SafeState
  readonly settleTimeoutMs: number
}

/** Everything that outlets have in common: order, wear, obedience, the safe state. */
export class Outlet implements PowerOutlet {
  readonly id: string
  readonly bank: string
  readonly readback: PowerOutlet['readback']
  readonly safeState: SafeState
  readonly #driver: OutletDriver
  readonly #settleTimeoutMs: number
  readonly #host: PowerHost
  #switchCount = 0
  #known: 'on' | 'off' | undefined
  #wasSwitched = false
  #state: 'new' | 'open' | 'closing' | 'closed' = 'new'
  /** Fires when the outlet is closed: a cycle must not outlive it. */
  #closing = new AbortController()
  #last: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | undefined
  #unregister: (() => void) | undefined
  #release: (() => void) | undefined

  constructor({ id, bank, safeState, settleTimeoutMs }: OutletPlan, driver: OutletDriver, host: PowerHost) {
    this.id = id
    this.bank = bank
    this.safeState = safeState
    this.readback = driver.readback
    this.#driver = driver
    this.#settleTimeoutMs = settleTimeoutMs
    this.#host = host
  }

  get switchCount(): number {
    return this.#switchCount
  }

  async open({ signal }: OutletCall = {}): Promise<void> {
    signal?.throwIfAborted()
    if (this.#state !== 'new') throw this.#misuse('is opened once')
    this.#state = 'open'
    let release
    try {
      release = holdPort(this.id, this.#host.holder ?? 'another user of it')
      await this.#driver.open(signal)
    } catch (error) {
      release?.()
      this.#state = 'new'
      throw blame(this.id, error)
    }
    this.#release = release
    this.#unregister = registerOpenOutlet({
      id: this.id,
      close: () => this.close(),
      secureNow: () => this.#secureNow(),
    })
  }

  async on({ signal }: OutletCall = {}): Promise<void> {
    await this.#inOrder(signal, () => this.#switch('on', signal))
  }

  async off({ signal }: OutletCall = {}): Promise<void> {
    await this.#inOrder(signal, () => this.#switch('off', signal))
  }

  async cycle({ signal, offMs = DEFAULT_OFF_MS }: CycleCall = {}): Promise<void> {
    if (!Number.isFinite(offMs) || offMs < 0 || offMs > MAX_OFF_MS) {
      throw new UsageError('ERR_VIEWNET_OPTION', `outlet ${this.id}: offMs: expected 0 to ${MAX_OFF_MS}, got ${offMs}`)
    }
    await this.#inOrder(signal, async () => {
      const ending = signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal])
      await this.#switch('off', ending)
      await sleep(offMs, undefined, { signal: ending }).catch((error: unknown) => {
        throw ending.aborted ? ending.reason : error
      })
      await this.#switch('on', ending)
    })
  }

  async state({ signal }: OutletCall = {}): Promise<OutletState> {
    signal?.throwIfAborted()
    this.#mustBeOpen()
    try {
      return await this.#read(signal)
    } catch (error) {
      throw blame(this.id, error)
    }
  }

  async secure({ signal }: OutletCall = {}): Promise<void> {
    await this.#inOrder(signal, () => this.#secure(signal))
  }

  async close(): Promise<void> {
    await (this.#closed ??= this.#close())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    if (this.#state === 'new') {
      this.#state = 'closed'
      return
    }
    this.#state = 'closing'
    this.#closing.abort(this.#misuse('was closed'))
    await this.#last.catch(() => undefined)
    try {
      if (this.#wasSwitched) await this.#secure(undefined)
    } catch (error) {
      throw blame(this.id, error)
    } finally {
      this.#state = 'closed'
      this.#unregister?.()
      await this.#driver.close()
      this.#release?.()
    }
  }

  async #secure(signal: AbortSignal | undefined): Promise<void> {
    if (this.safeState !== 'as-is') await this.#switch(this.safeState, signal)
  }

  async #switch(to: 'on' | 'off', signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    this.#wasSwitched = true
    const before = this.#known
    // Until the board has taken the command, nobody knows.
    this.#known = undefined
    await this.#driver.switchTo(to, signal)
    this.#known = to
    if (before !== to) this.#countSwitching(to)
    if (this.readback === 'state') await this.#mustObey(to, signal)
  }

  #countSwitching(to: 'on' | 'off'): void {
    this.#switchCount += 1
    this.#host.onSwitched?.({ outlet: this.id, to, atMs: Date.now(), switchCount: this.#switchCount })
  }

  async #mustObey(to: 'on' | 'off', signal: AbortSignal | undefined): Promise<void> {
    const untilMs = performance.now() + this.#settleTimeoutMs
    for (;;) {
      const state = await this.#read(signal)
      if (state === to) return
      if (performance.now() >= untilMs) {
        const message = `was switched ${to}, and still tells ${state} after ${this.#settleTimeoutMs} ms`
        throw new PowerError(PowerErrorCode.disobeyed, this.id, message)
      }
      await sleep(SETTLE_INTERVAL_MS)
      signal?.throwIfAborted()
    }
  }

  async #read(signal: AbortSignal | undefined): Promise<OutletState> {
    if (this.readback === 'write-only') return 'unknown'
    const state = await this.#driver.read(signal)
    this.#known = state === 'unknown' ? undefined : state
    return state
  }

  /** While the process exits nothing can be waited for. */
  #secureNow(): boolean {
    if (!this.#wasSwitched || this.safeState === 'as-is' || this.#state === 'closed') return true
    return this.#driver.switchNow?.(this.safeState) ?? false
  }

  /** Carry out one switching after the other; what was asked for before the outlet was closed ends early. */
  async #inOrder(signal: AbortSignal | undefined, work: () => Promise<void>): Promise<void> {
    signal?.throwIfAborted()
    this.#mustBeOpen()
    const before = this.#last
    const done = (async () => {
      await before.catch(() => undefined)
      signal?.throwIfAborted()
      this.#mustBeOpen()
      await work().catch((error: unknown) => {
        throw blame(this.id, error)
      })
    })()
    this.#last = done
    await done
  }

  #mustBeOpen(): void {
    if (this.#state !== 'open') throw this.#misuse(`is ${this.#state}; it must be open`)
  }

  #misuse(message: string): UsageError {
    return new UsageError('ERR_VIEWNET_STATE', `outlet ${this.id} ${message}`)
  }
}

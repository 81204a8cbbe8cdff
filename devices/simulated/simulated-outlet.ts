import type { PowerHost } from '../power/power-host.js'
import type { OutletDriver } from '../power/outlet-driver.js'
import { OutletFault } from '../power/outlet-fault.js'
import { Outlet } from '../power/outlet.js'
import type { OutletState, PowerOutlet, SafeState } from '../power/power-outlet.js'
import type { PoweredLoad } from './serial/relay.js'
import { SimulatedRelay } from './serial/relay.js'

/** What a simulated outlet is, and what it feeds. */
export interface SimulatedOutletOptions {
  /** Within the bank. Default `1`. */
  readonly name?: string | undefined
  /** Default `simulated`. */
  readonly bank?: string | undefined
  readonly safeState?: SafeState | undefined
  /** Whether the loads have power already. Default false. */
  readonly isOn?: boolean | undefined
  /** Told when the power comes and goes: a simulated recorder, a simulated console. */
  readonly loads: readonly PoweredLoad[]
  /** `welded`: takes commands, tells the commanded state, and switches nothing; `silent`: never answers. */
  readonly fault?: 'welded' | 'silent' | undefined
}

/**
 * An outlet without any board or port: for trying what stands behind an outlet. To try the drivers, plug a simulated board into a SimulatedSerialBus.
 *
 * @returns one that is not open yet, as findOutlet does
 */
export function simulatedOutlet(options: SimulatedOutletOptions, host: PowerHost = {}): PowerOutlet {
  const { name = '1', bank = 'simulated', safeState = 'off' } = options
  return new Outlet({ id: `${bank}#${name}`, bank, safeState, settleTimeoutMs: 0 }, new LoadDriver(options), host)
}

class LoadDriver implements OutletDriver {
  readonly readback = 'state'
  readonly #relay = new SimulatedRelay()
  readonly #fault: SimulatedOutletOptions['fault']

  constructor({ isOn = false, loads, fault }: SimulatedOutletOptions) {
    this.#fault = fault
    this.#relay.drive(isOn)
    // What has power already is not told again.
    for (const load of loads) this.#relay.feed(load)
  }

  open(): Promise<void> {
    return Promise.resolve()
  }

  switchTo(to: 'on' | 'off'): Promise<void> {
    if (this.#fault === 'silent') return Promise.reject(new OutletFault('silent', 'gives no answer'))
    this.#relay.drive(to === 'on', this.#fault === 'welded')
    return Promise.resolve()
  }

  read(): Promise<OutletState> {
    if (this.#fault === 'silent') return Promise.reject(new OutletFault('silent', 'gives no answer'))
    return Promise.resolve(this.#relay.isEnergised ? 'on' : 'off')
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

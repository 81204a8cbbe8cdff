import type { Link, LinkReceiver } from 'viewnet/link'
import type { VirtualClock } from './virtual-clock.js'

const LATENCY_MS = 1

/** Links on a virtual clock that lose nothing; a real impairment goes around them. */
export class VirtualNetwork {
  readonly #clock: VirtualClock
  readonly #receivers = new Map<string, LinkReceiver>()

  constructor(clock: VirtualClock) {
    this.#clock = clock
  }

  link(address: string): Link {
    return {
      address,
      start: (receiver) => {
        this.#receivers.set(address, receiver)
        return Promise.resolve()
      },
      send: (packet, to) => {
        const copy = new Uint8Array(packet)
        this.#clock.after(LATENCY_MS, () => this.#receivers.get(to)?.packet(copy, address))
      },
      close: () => Promise.resolve(),
    }
  }
}

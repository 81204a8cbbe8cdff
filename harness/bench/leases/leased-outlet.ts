import { setTimeout as delay } from 'node:timers/promises'
import type { CycleCall, OutletCall, PowerOutlet } from 'viewnet/devices/power'
import type { Lease } from './leases.js'

/** The default of {@link PowerOutlet.cycle}: the capacitors of cameras hold for two or three seconds. */
const DEFAULT_OFF_MS = 5000

/**
 * An outlet that can be switched only while a lease is held. Before every switching the lease is looked up in the file, and renewed by the same
 * transaction, so that a process that was suspended until its lease expired switches nothing when it comes back.
 *
 * Relays know no tokens: a process that is suspended between the look-up and the relay's command, for longer than the lease lives, could still send that one
 * command. On a serial board the port, which it holds open, keeps everybody else from the board until then.
 *
 * Closing an outlet whose lease is lost does not restore its safe state, which is for the new holder to say: it is left alone, and the end of the process
 * lets go of its port.
 */
export function leasedOutlet(outlet: PowerOutlet, lease: Lease): PowerOutlet {
  const switching = async (work: () => Promise<void>): Promise<void> => {
    lease.assertHeld()
    await work()
  }
  const leased: PowerOutlet = {
    id: outlet.id,
    bank: outlet.bank,
    readback: outlet.readback,
    safeState: outlet.safeState,
    get switchCount() {
      return outlet.switchCount
    },
    open: async (call?: OutletCall) => {
      lease.assertHeld()
      await outlet.open(call)
    },
    on: (call) => switching(() => outlet.on(call)),
    off: (call) => switching(() => outlet.off(call)),
    async cycle({ offMs = DEFAULT_OFF_MS, signal }: CycleCall = {}) {
      await leased.off({ signal })
      await pause(offMs, signal)
      await leased.on({ signal })
    },
    state: (call) => outlet.state(call),
    secure: (call) => switching(() => outlet.secure(call)),
    async close() {
      lease.assertHeld()
      await outlet.close()
    },
    [Symbol.asyncDispose]: () => leased.close(),
  }
  return leased
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal ? { signal } : {})
  } catch {
    throw signal?.reason
  }
}

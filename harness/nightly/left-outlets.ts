import { findAttachments } from '../certification/attachments.js'
import { describeHolder, leasedOutlet, Leases, type BenchDevice } from '../bench/index.js'
import type { NightEvent } from './night-event.js'

/** A certification that lost its night brings its own bench into a safe state within half of this; who holds an outlet longer is not waited for. */
const LEASE_WAIT_MS = 60_000

/** How {@link secureLeftOutlet} goes on. */
export interface SecureOptions {
  /** Who wants the outlet, for others who want it too. */
  readonly holder: string
  readonly signal: AbortSignal
  readonly onEvent: (event: NightEvent) => void
}

/**
 * Bring the outlet of a device into its safe state: whoever was using it was killed, and may have left it as it must not stay. A simulated outlet went with
 * its process, and a device without one has nothing to leave.
 *
 * @returns what is wrong; empty: nothing. It must not end a night.
 * @throws the reason of the signal
 */
export async function secureLeftOutlet(device: BenchDevice, options: SecureOptions): Promise<string> {
  if (!device.power || device.power.driver === 'simulated') return ''
  try {
    await secure(device, options)
    return ''
  } catch (failure) {
    options.signal.throwIfAborted()
    const reason = failure instanceof Error ? failure.message : String(failure)
    return `its outlet could not be brought into its safe state after its attempt was killed: ${reason}`
  }
}

async function secure({ number, power }: BenchDevice, { holder, signal, onEvent }: SecureOptions): Promise<void> {
  const found = await findAttachments({ number, power, console: undefined })
  if (!found.power) return
  const leases = new Leases()
  try {
    using lease = await leases.acquire(found.resources, {
      holder,
      signal: AbortSignal.any([signal, AbortSignal.timeout(LEASE_WAIT_MS)]),
      onWaiting: (blockers) =>
        onEvent({ type: 'outletAwaited', device: number, holders: blockers.map(describeHolder) }),
    })
    await using outlet = leasedOutlet(found.power, lease)
    await outlet.open({ signal })
    await outlet.secure({ signal })
    for (const left of lease.left) if (left.leaves.every((name) => name === outlet.id)) lease.settle(left)
    onEvent({ type: 'outletSecured', device: number, outlet: outlet.id, state: outlet.safeState })
  } finally {
    leases.close()
  }
}

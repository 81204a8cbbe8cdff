import type { SafeState } from 'viewnet/devices/power'
import { leasedOutlet, type BenchDevice, type HeldLease, type Lease } from '../bench/index.js'
import { findAttachments } from './attachments.js'

/** An outlet that a holder left which is gone, and what became of it. */
export interface LeftOutlet {
  /** PowerOutlet.id. */
  readonly outlet: string
  readonly leftBy: HeldLease
  /** The state it was brought into; undefined where it is as it was left. */
  readonly state: SafeState | undefined
  /** Why it is as it was left; empty where it is not. */
  readonly problem: string
}

/**
 * Bring the outlets into their safe state that earlier holders of a lease left, whoever was killed or fell silent: a process that SIGKILL ends cannot do
 * that itself. An outlet that no device of the bench has is told, and is told again to whoever comes next.
 *
 * @param devices - all of the bench: an outlet of the same board may be another device's
 * @param signal - its reason is all that this throws
 */
export async function secureLeftOutlets(
  lease: Lease,
  devices: readonly BenchDevice[],
  { signal, onLeft }: { readonly signal: AbortSignal; readonly onLeft: (left: LeftOutlet) => void },
): Promise<void> {
  for (const leftBy of lease.left) {
    let isSettled = true
    for (const outlet of leftBy.leaves) {
      const left = { outlet, leftBy, ...(await secure(lease, outlet, devices, signal)) }
      isSettled &&= left.problem === ''
      onLeft(left)
    }
    if (isSettled) lease.settle(leftBy)
  }
}

async function secure(
  lease: Lease,
  id: string,
  devices: readonly BenchDevice[],
  signal: AbortSignal,
): Promise<Pick<LeftOutlet, 'state' | 'problem'>> {
  try {
    for (const { number, power } of devices) {
      if (!power || power.driver === 'simulated') continue
      // A board that is not plugged in is not the one that is looked for.
      const found = await findAttachments({ number, power, console: undefined }).catch(() => undefined)
      if (found?.power?.id !== id) continue
      await using outlet = leasedOutlet(found.power, lease)
      await outlet.open({ signal })
      await outlet.secure({ signal })
      return { state: outlet.safeState, problem: '' }
    }
    return { state: undefined, problem: 'no device of this bench has it' }
  } catch (failure) {
    signal.throwIfAborted()
    return { state: undefined, problem: failure instanceof Error ? failure.message : String(failure) }
  }
}

/** What became of an outlet that somebody left, in a line. */
export function describeLeftOutlet({ outlet, leftBy, state, problem }: LeftOutlet): string {
  const who = `${leftBy.holder} (process ${leftBy.pid}, since ${new Date(leftBy.sinceMs).toISOString()})`
  const became = problem === '' ? `it is left ${state} now` : `it is as it was left: ${problem}`
  return `outlet ${outlet} was held by ${who}, which ended without letting go; ${became}`
}

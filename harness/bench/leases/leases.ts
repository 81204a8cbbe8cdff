import { setTimeout as delay } from 'node:timers/promises'
import { leaseFile, leaseFolder } from './lease-folder.js'
import { LeaseError } from './errors.js'
import { LeaseStore, type HeldLease, type LeasedResource } from './lease-store.js'
import { ownIdentity } from './process-identity.js'

/** Options of {@link Leases}. */
export interface LeasesOptions {
  /** Where the leases are kept. Default: that of VIEWNET_LEASES, else `viewnet-leases` in the system's folder for temporary files. */
  readonly folder?: string
  /** How long a holder may be silent, ms, before its lease expires. Default 15,000: a busy machine may well stand still for some seconds. */
  readonly staleMs?: number
}

/** How {@link Leases.acquire} waits. */
export interface AcquireOptions {
  /** Who wants it, in words that others read while they wait: `run 2026…-ab12 of device 00001-…`. */
  readonly holder: string
  readonly signal?: AbortSignal | undefined
  /** Told whom it waits for: at first, and whenever that changes. */
  readonly onWaiting?: ((blockers: readonly HeldLease[]) => void) | undefined
}

const DEFAULT_STALE_MS = 15_000

/** How often somebody who waits looks again, ms; a little chance keeps many from looking together. */
const LOOK_AGAIN_MS = 200

/**
 * Who may use what of the benches of this machine: of all its users, for as long as they are there.
 *
 * A lease takes all that it wants at once or waits, so nobody waits for somebody who waits for him. It ends when it is released, at once when its process is
 * gone, and when its holder was silent for {@link LeasesOptions.staleMs}.
 */
export class Leases {
  readonly #store: LeaseStore
  readonly #staleMs: number

  /** @throws LeaseError `ERR_VIEWNET_LEASE_STORE` when the folder cannot or must not be used */
  constructor({ folder = leaseFolder(), staleMs = DEFAULT_STALE_MS }: LeasesOptions = {}) {
    this.#store = new LeaseStore(leaseFile(folder), ownIdentity(), uptimeMs)
    this.#staleMs = staleMs
  }

  /**
   * Take some resources, all of them at once; wait while somebody else holds any.
   *
   * @throws LeaseError `ERR_VIEWNET_LEASE_STORE`; `signal.reason` when aborted
   */
  async acquire(resources: readonly LeasedResource[], { holder, signal, onWaiting }: AcquireOptions): Promise<Lease> {
    let told = ''
    for (;;) {
      signal?.throwIfAborted()
      const taken = this.#store.take(distinct(resources), holder, this.#staleMs)
      if ('token' in taken)
        return new Lease(
          this.#store,
          taken.token,
          resources.map(({ name }) => name),
          taken.left,
          this.#staleMs,
        )
      const now = taken.blockers.map(({ token }) => token).join()
      if (now !== told) onWaiting?.(taken.blockers)
      told = now
      await pause(LOOK_AGAIN_MS * (1 + Math.random()), signal)
    }
  }

  /** Leases of holders that are gone without having let go of an outlet, which may still be as they left it; the oldest first. */
  left(): readonly HeldLease[] {
    return this.#store.left()
  }

  /** Every lease that is held on this machine, the oldest first. */
  held(): readonly HeldLease[] {
    return this.#store.held()
  }

  /** Let go of the file; leases that are held expire. Closing twice is fine. */
  close(): void {
    this.#store.close()
  }
}

/** What somebody may use until he releases it, or loses it. */
export class Lease {
  /** Only ever grows: of two leases on one thing, the larger one is the later. */
  readonly token: number
  /** Names of what is held. */
  readonly resources: readonly string[]
  /**
   * Earlier holders of some of it that are gone without having let go: killed, or silent for too long. Their outlets ({@link HeldLease.leaves}) may be as they
   * must not stay; {@link settle} says that one is in order again.
   */
  readonly left: readonly HeldLease[]
  readonly #store: LeaseStore
  readonly #lost = new AbortController()
  readonly #heartbeat: NodeJS.Timeout
  #isReleased = false

  /** @internal */
  constructor(
    store: LeaseStore,
    token: number,
    resources: readonly string[],
    left: readonly HeldLease[],
    staleMs: number,
  ) {
    this.#store = store
    this.token = token
    this.resources = resources
    this.left = left
    this.#heartbeat = setInterval(() => this.#beat(), staleMs / 5)
    // A process that has nothing else to do need not stay for its leases.
    this.#heartbeat.unref()
  }

  /** Aborts when the lease is lost, with a LeaseError `ERR_VIEWNET_LEASE_LOST`. */
  get lost(): AbortSignal {
    return this.#lost.signal
  }

  /**
   * Make sure, in the file itself, that the lease is held, and renew it.
   *
   * @throws LeaseError `ERR_VIEWNET_LEASE_LOST` when it is held no more; `ERR_VIEWNET_LEASE_STORE` when nobody can tell
   */
  assertHeld(): void {
    if (this.#isReleased) throw this.#lossOf('it was released')
    if (!this.#lost.signal.aborted && this.#store.beat(this.token)) return
    const loss = this.#lossOf('it expired: the holder was silent for too long')
    clearInterval(this.#heartbeat)
    this.#lost.abort(loss)
    throw loss
  }

  /** What one of {@link left} left behind is in order again: nobody is told of it any more. */
  settle({ token }: HeldLease): void {
    this.#store.settle(token)
  }

  /** Let others have it. Releasing twice is fine. */
  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    clearInterval(this.#heartbeat)
    this.#store.release(this.token)
  }

  [Symbol.dispose](): void {
    this.release()
  }

  #beat(): void {
    try {
      this.assertHeld()
    } catch {
      // Lost: whoever holds it is told by the signal. A file that is busy just now is asked again, long before the lease expires.
    }
  }

  #lossOf(reason: string): LeaseError {
    const what = this.resources.join(', ')
    return new LeaseError('ERR_VIEWNET_LEASE_LOST', `lease ${this.token} on ${what} is lost: ${reason}`)
  }
}

/** Who holds what and since when, for those who wait for it. */
export function describeHolder({ holder, user, pid, sinceMs, resources }: HeldLease): string {
  return `${holder} (${user}, process ${pid}, since ${new Date(sinceMs).toISOString()}), which holds ${resources.join(', ')}`
}

/** The monotonic clock of the system, the same in all its processes: it is never set, and begins with the boot. */
function uptimeMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}

function distinct(resources: readonly LeasedResource[]): readonly LeasedResource[] {
  return [...new Map(resources.map((resource) => [resource.name, resource])).values()]
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal ? { signal } : {})
  } catch {
    throw signal?.reason
  }
}

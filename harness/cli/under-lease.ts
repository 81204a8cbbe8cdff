import { describeHolder, Leases, type Lease, type LeasedResource } from '../bench/index.js'
import { note } from './output.js'

/** Who wants a lease, and until when. */
export interface LeaseCall {
  readonly holder: string
  readonly signal: AbortSignal
}

/** Do something while parts of a bench are ours alone. Whoever has them now is waited for, and named. */
export async function underLease<T>(
  resources: readonly LeasedResource[],
  { holder, signal }: LeaseCall,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const leases = new Leases()
  try {
    using lease = await leases.acquire(resources, {
      holder,
      signal,
      onWaiting: (blockers) => {
        for (const blocker of blockers) note(`viewnet: waiting for ${describeHolder(blocker)}`)
      },
    })
    return await work(lease)
  } finally {
    leases.close()
  }
}

import { BenchError } from '../errors.js'

/** What ended a lease, or kept one from being had. Each is the rig's doing, never the device's. */
export const LeaseErrorCode = {
  /** The lease is held no more: it expired, or was released; nothing may be switched by it. */
  lost: 'ERR_VIEWNET_LEASE_LOST',
  /** The file that holds the leases cannot be used, or must not be. */
  store: 'ERR_VIEWNET_LEASE_STORE',
} as const
export type LeaseErrorCode = (typeof LeaseErrorCode)[keyof typeof LeaseErrorCode]

/** A lease was lost, or the place where leases are kept cannot be used. */
export class LeaseError extends BenchError {
  declare readonly code: LeaseErrorCode
}

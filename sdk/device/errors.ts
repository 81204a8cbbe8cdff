import { ViewnetError } from '../errors.js'

/** Whose fault a failed device call is: each maps to exactly one RESPONSE status (docs/protocol.md, section 2). */
export const DeviceErrorCode = {
  /** Nothing answered in time, or the connection was refused or lost: RESPONSE status 3. */
  unreachable: 'ERR_VIEWNET_DEVICE_UNREACHABLE',
  /** The device refused the credentials or the right to list: RESPONSE status 4. */
  refused: 'ERR_VIEWNET_DEVICE_REFUSED',
  /** The device answered, but not with anything usable: RESPONSE status 5. */
  fault: 'ERR_VIEWNET_DEVICE_FAULT',
  /** The device cannot list recordings at all: RESPONSE status 8. */
  unsupported: 'ERR_VIEWNET_DEVICE_UNSUPPORTED',
} as const
export type DeviceErrorCode = (typeof DeviceErrorCode)[keyof typeof DeviceErrorCode]

/** Where a device error happened. */
export interface DeviceErrorDetails {
  /** What was being asked, in the device's own words, such as `FindRecordings`. */
  readonly operation?: string
  /** The address that was asked; never with credentials in it. */
  readonly address?: string
  readonly cause?: unknown
}

/**
 * A monitoring device could not do what it was asked. A driver throws nothing else for faults of the device, so that the
 * conversion server can answer with the status that fits.
 */
export class DeviceError extends ViewnetError {
  declare readonly code: DeviceErrorCode
  readonly operation: string | undefined
  readonly address: string | undefined

  constructor(code: DeviceErrorCode, message: string, details: DeviceErrorDetails = {}) {
    super(code, message, details.cause === undefined ? undefined : { cause: details.cause })
    this.operation = details.operation
    this.address = details.address
  }
}

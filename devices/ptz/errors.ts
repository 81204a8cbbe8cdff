import { ViewnetError } from 'viewnet/device'
import { SerialFault, type SerialFaultKind } from '../serial/serial-fault.js'

/** What kept a head from being told something: the rig's fault. */
export const PtzErrorCode = {
  /** There is no such port, or this user may not open it. */
  port: 'ERR_VIEWNET_PTZ_PORT',
  /** Somebody else holds the port. */
  busy: 'ERR_VIEWNET_PTZ_BUSY',
  /** The port went away while it was in use: whether the head still moves is unknown. */
  lost: 'ERR_VIEWNET_PTZ_LOST',
} as const
export type PtzErrorCode = (typeof PtzErrorCode)[keyof typeof PtzErrorCode]

/** A PTZ head could not be told something. */
export class PtzError extends ViewnetError {
  declare readonly code: PtzErrorCode
}

const CODES: Readonly<Record<SerialFaultKind, PtzErrorCode>> = {
  absent: PtzErrorCode.port,
  busy: PtzErrorCode.busy,
  lost: PtzErrorCode.lost,
  stuck: PtzErrorCode.lost,
}

/** Say of which head a fault of its port is; anything else stays what it is. */
export function blame(head: string, error: unknown): unknown {
  return error instanceof SerialFault
    ? new PtzError(CODES[error.kind], `PTZ head ${head}: ${error.message}`, { cause: error })
    : error
}

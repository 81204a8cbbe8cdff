import { ViewnetError } from 'viewnet/device'

/** What kept an outlet from being switched or read. Each is the rig's fault, never that of the device behind the outlet. */
export const PowerErrorCode = {
  /** There is no such port, or this user may not open it. */
  port: 'ERR_VIEWNET_POWER_PORT',
  /** Somebody else holds the board or the outlet; the message names who, where that can be known. */
  busy: 'ERR_VIEWNET_POWER_BUSY',
  /** The board was unplugged, or the connection was cut, while it was in use; whether a command took effect is unknown. */
  lost: 'ERR_VIEWNET_POWER_LOST',
  /** No answer came in time, or half of one. */
  silent: 'ERR_VIEWNET_POWER_SILENT',
  /** An answer came that the board's protocol does not know, or one that says no. */
  answer: 'ERR_VIEWNET_POWER_ANSWER',
  /** The PDU or switch refused our credentials, or the right to switch. */
  refused: 'ERR_VIEWNET_POWER_REFUSED',
  /** The board took the command, and then told the opposite state. */
  disobeyed: 'ERR_VIEWNET_POWER_DISOBEYED',
} as const
export type PowerErrorCode = (typeof PowerErrorCode)[keyof typeof PowerErrorCode]

/** An outlet could not be found, opened, switched or read: the rig broke. */
export class PowerError extends ViewnetError {
  declare readonly code: PowerErrorCode
  /** {@link PowerOutlet.id}, or what the options say of it where it was not found. */
  readonly outlet: string

  constructor(code: PowerErrorCode, outlet: string, message: string, options?: ErrorOptions) {
    super(code, `outlet ${outlet}: ${message}`, options)
    this.outlet = outlet
  }
}

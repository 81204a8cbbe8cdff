import { ViewnetError } from 'viewnet/device'

/** What kept a console from being read. Each is the rig's fault, but for `timeout`, which only says that a mark was not seen. */
export const ConsoleErrorCode = {
  /** There is no such port, or this user may not open it. */
  port: 'ERR_VIEWNET_CONSOLE_PORT',
  /** Somebody else holds the port; the message names who, where that can be known. */
  busy: 'ERR_VIEWNET_CONSOLE_BUSY',
  /** The port was unplugged, or the connection was cut, while it was written to. */
  lost: 'ERR_VIEWNET_CONSOLE_LOST',
  /** The mark that was waited for did not come in time; whether that is the device's fault is for the caller to say. */
  timeout: 'ERR_VIEWNET_CONSOLE_TIMEOUT',
} as const
export type ConsoleErrorCode = (typeof ConsoleErrorCode)[keyof typeof ConsoleErrorCode]

/** A console could not be opened, read or written, or did not say what was waited for. */
export class ConsoleError extends ViewnetError {
  declare readonly code: ConsoleErrorCode
  /** {@link SerialConsole.id}, or what the options say of the port where it was not found. */
  readonly console: string

  constructor(code: ConsoleErrorCode, console: string, message: string, options?: ErrorOptions) {
    super(code, `console ${console}: ${message}`, options)
    this.console = console
  }
}

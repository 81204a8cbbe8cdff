import { SerialFault, type SerialFaultKind } from '../serial/serial-fault.js'
import { ConsoleError, ConsoleErrorCode } from './errors.js'

const CODES: Readonly<Record<SerialFaultKind, ConsoleErrorCode>> = {
  absent: ConsoleErrorCode.port,
  busy: ConsoleErrorCode.busy,
  lost: ConsoleErrorCode.lost,
  stuck: ConsoleErrorCode.lost,
}

/** Say of which console a fault of its port is; anything else stays what it is. */
export function blame(console: string, error: unknown): unknown {
  return error instanceof SerialFault
    ? new ConsoleError(CODES[error.kind], console, error.message, { cause: error })
    : error
}

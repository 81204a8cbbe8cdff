import { SerialFault, type SerialFaultKind } from '../serial/serial-fault.js'
import { PowerError, PowerErrorCode } from './errors.js'

/** What a driver reports; the outlet adds which outlet it was. */
export class OutletFault extends Error {
  readonly kind: keyof typeof PowerErrorCode

  constructor(kind: keyof typeof PowerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'OutletFault'
    this.kind = kind
  }
}

const SERIAL_KINDS: Readonly<Record<SerialFaultKind, keyof typeof PowerErrorCode>> = {
  absent: 'port',
  busy: 'busy',
  lost: 'lost',
  stuck: 'silent',
}

/** Say of which outlet a fault is; what is no fault of an outlet, such as the reason of a signal, stays what it is. */
export function blame(outlet: string, error: unknown): unknown {
  if (error instanceof OutletFault)
    return new PowerError(PowerErrorCode[error.kind], outlet, error.message, { cause: error })
  if (error instanceof SerialFault) {
    return new PowerError(PowerErrorCode[SERIAL_KINDS[error.kind]], outlet, error.message, { cause: error })
  }
  return error
}

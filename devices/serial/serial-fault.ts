/**
 * What went wrong at a serial port. Rooms that use ports tell it as an error of their own.
 *
 * - `absent`: there is no such port, or this user may not open it
 * - `busy`: somebody else holds it
 * - `lost`: it went away while it was open
 * - `stuck`: it takes no octets
 */
export type SerialFaultKind = 'absent' | 'busy' | 'lost' | 'stuck'

/** A serial port failed. */
export class SerialFault extends Error {
  readonly kind: SerialFaultKind

  constructor(kind: SerialFaultKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SerialFault'
    this.kind = kind
  }
}

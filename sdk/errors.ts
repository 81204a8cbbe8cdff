/**
 * The base of every error that Viewnet throws or emits. Callers match {@link ViewnetError.code}, never the message.
 *
 * @see docs/errors.md for the meaning of each code and what to do about it
 */
export abstract class ViewnetError extends Error {
  /** Stable, machine-readable: `ERR_VIEWNET_…`. */
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** The caller of this package did something wrong: an unknown option, a value out of range, a call at the wrong moment. */
export class UsageError extends ViewnetError {}

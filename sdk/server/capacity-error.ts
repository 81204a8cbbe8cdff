import { ViewnetError } from '../errors.js'

/** A list is longer than the server takes, or than it has room for now. No fault of the device: the endpoint is told BUSY. */
export class CapacityError extends ViewnetError {
  constructor(message: string) {
    super('ERR_VIEWNET_CAPACITY', message)
  }
}

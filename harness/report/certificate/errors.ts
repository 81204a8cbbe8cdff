import { ViewnetError } from 'viewnet/device'

/** A certificate does not hold: it, the run or the key is not what was signed. */
export class CertificateError extends ViewnetError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_VIEWNET_CERTIFICATE', message, options)
  }
}

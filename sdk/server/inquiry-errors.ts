import { DeviceError, DeviceErrorCode } from '../device/index.js'
import { ViewnetError } from '../errors.js'
import type { CloseReason } from '../exchange/index.js'

/**
 * The server cannot take a list: it is too long, there is no room for it beside those of other exchanges, or others kept its device from being asked in
 * time. No fault of the device: the endpoint is told BUSY.
 */
export class CapacityError extends ViewnetError {
  constructor(message: string) {
    super('ERR_VIEWNET_CAPACITY', message)
  }
}

/** The same, with the number of the device. */
export function aboutDevice(device: string, cause: DeviceError | CapacityError): DeviceError | CapacityError {
  const message = `device ${device}: ${cause.message}`
  return cause instanceof DeviceError ? new DeviceError(cause.code, message, { cause }) : new CapacityError(message)
}

/**
 * Why an inquiry is called off when its exchange ends.
 *
 * @param waited - others were asked first: then the device is not to be blamed for the time
 */
export function calledOffError(
  device: string,
  reason: CloseReason,
  { waited, deviceTimeoutMs }: { readonly waited: boolean; readonly deviceTimeoutMs: number },
): DeviceError | CapacityError {
  const late = `device ${device}: did not finish its list within ${deviceTimeoutMs} ms`
  if (reason === 'refused' && waited) {
    const remedy = 'ask later, or raise maxInquiries where the device serves more at a time'
    return new CapacityError(`${late} of a request that waited while others asked it; ${remedy}`)
  }
  const message = reason === 'refused' ? late : `device ${device}: had not answered when the exchange ended (${reason})`
  return new DeviceError(DeviceErrorCode.unreachable, message)
}

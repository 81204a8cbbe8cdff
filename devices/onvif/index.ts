/**
 * ONVIF Profile G cameras and recorders as monitoring devices.
 *
 * @module devices/onvif
 */
export { OnvifDevice } from './onvif-device.js'
export type { OnvifDeviceOptions } from './options.js'

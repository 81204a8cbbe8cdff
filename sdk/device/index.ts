/**
 * The contract between a conversion server and a device driver.
 *
 * @module device
 */
export * from './monitoring-device.js'
export * from './errors.js'
export { ViewnetError, UsageError } from '../errors.js'

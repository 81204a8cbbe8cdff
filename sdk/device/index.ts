/**
 * The contract between a conversion server and a device driver.
 *
 * @module device
 */
export * from './monitoring-device.js'
export * from './errors.js'
export { ViewnetError, UsageError } from '../errors.js'
export { nearestWord, optionIssues, parseStrictly, type OptionIssue } from '../strict-options.js'

/**
 * A device's list of recording resources, frozen and numbered.
 *
 * @module resources
 */
export { resourceKey } from './resource-key.js'
export { RECORD_BYTES } from './resource-records.js'
export * from './snapshot.js'

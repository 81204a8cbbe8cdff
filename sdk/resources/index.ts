/**
 * A device's list of recording resources, frozen and numbered.
 *
 * @module resources
 */
export * from './resource-key.js'
export * from './snapshot.js'

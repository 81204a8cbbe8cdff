/**
 * What stands on a bench, and the file that says so.
 *
 * @module bench
 */
export * from './bench-file.js'
export * from './bench-schema.js'
export * from './converter-schema.js'
export * from './devices.js'
export * from './errors.js'
export * from './literal-passwords.js'

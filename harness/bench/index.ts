/**
 * What stands on a bench, and the file that says so.
 *
 * @module bench
 */
export * from './bench-file.js'
export * from './bench-json-schema.js'
export * from './bench-schema.js'
export * from './console-schema.js'
export * from './converter-schema.js'
export * from './device-schema.js'
export * from './devices.js'
export * from './errors.js'
export { regularExpressionOf } from './field-schemas.js'
export * from './leases/index.js'
export * from './limits-schema.js'
export * from './literal-passwords.js'
export * from './plan-schema.js'
export * from './power-schema.js'
export * from './ptz-schema.js'
export * from './resolved-secrets.js'
export * from './wear/wear-log.js'
export type { Place } from './yaml-document.js'

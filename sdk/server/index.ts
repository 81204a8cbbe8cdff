export { CapacityError } from './inquiry-errors.js'
export * from './conversion-server.js'
export * from './events.js'
export type { ConversionServerOptions, DeviceOptions } from './options.js'

/**
 * ONVIF Profile G cameras and recorders as monitoring devices.
 *
 * @module devices/onvif
 */
export { OnvifDevice } from './onvif-device.js'
export type { TlsOptions } from './certificate.js'
export type { ReplayDescription } from './replay/describe-replay.js'
export type { StreamMedia } from './replay/session-description.js'
export type { Limits } from './deadline.js'
export type { OnvifExchange } from './onvif-exchange.js'
export type { OnvifDeviceOptions } from './options.js'
export type { Credentials } from './username-token.js'
export {
  askOffer,
  discoverDevices,
  DiscoveryError,
  type DeviceOffer,
  type DiscoveredDevice,
  type Discovery,
  type DiscoveryOptions,
} from './discovery/index.js'
export {
  clockOffsetText,
  inspectDevice,
  redactResponse,
  redactText,
  type AuthenticationFacts,
  type InspectedService,
  type Inspection,
  type InspectionError,
  type InspectionWatch,
  type Quirk,
  type RecordingSummary,
  type ResourceFacts,
  type SearchCapabilities,
} from './inspection/index.js'

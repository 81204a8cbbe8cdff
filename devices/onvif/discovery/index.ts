/**
 * WS-Discovery: which ONVIF devices are there, and what they offer.
 *
 * @module devices/onvif/discovery
 */
export { askOffer, type DeviceOffer } from './device-offer.js'
export type { DiscoveredDevice } from './device-register.js'
export { discoverDevices, type Discovery, type DiscoveryOptions } from './discover-devices.js'
export { DiscoveryError } from './errors.js'
export type { ScopeFacts } from './scopes.js'

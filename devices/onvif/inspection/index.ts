/**
 * What a device is, what it can do for us, and how it behaves.
 *
 * @module devices/onvif/inspection
 */
export type { AuthenticationFacts } from './authentication.js'
export { inspectDevice, type InspectionWatch } from './inspect-device.js'
export type {
  InspectedService,
  Inspection,
  InspectionError,
  RecordingSummary,
  ResourceFacts,
  SearchCapabilities,
} from './inspection.js'
export type { Quirk } from './quirk-log.js'
export { redactResponse, redactText } from './redaction.js'
export { clockOffsetText } from './span-text.js'

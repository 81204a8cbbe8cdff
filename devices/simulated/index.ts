/**
 * A simulated ONVIF recorder over real HTTP, for benches without hardware.
 *
 * @module devices/simulated
 */
export { SimulatedRecorder } from './recorder.js'
export { ReplayedDevice, type ReplayedDeviceOptions } from './replay/replayed-device.js'
export { DiscoveryResponder, type DiscoveryResponderOptions } from './discovery-responder.js'
export { SimulatorError } from './simulator-error.js'
export type { SimulatedRecorderOptions } from './options.js'
export type { RecorderStats } from './query-counters.js'
export type { TruthRecord } from './truth.js'
export { NAIVE_DRIVER, QUIRKS, type QuirkName } from './quirks/quirks.js'
export * from './serial/index.js'
export { simulatedOutlet, type SimulatedOutletOptions } from './simulated-outlet.js'
export { SimulatedPdu, type PduFaultName, type SimulatedPduOptions } from './simulated-pdu.js'
export { SimulatedPoeSwitch, type SimulatedPoeSwitchOptions } from './simulated-poe-switch.js'

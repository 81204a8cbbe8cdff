/**
 * Power outlets of a bench: relay boards, control lines, PoE ports and PDUs behind one contract.
 *
 * @module devices/power
 */
export type { CycleCall, OutletCall, OutletState, PowerOutlet, SafeState, Switching } from './power-outlet.js'
export {
  outletSchemas,
  outletSchemasWith,
  parseOutletOptions,
  type OutletOptions,
  type ParsedOptionsOf,
  type ParsedOutletOptions,
  type PowerDriver,
} from './options.js'
export { findOutlet, openOutlet } from './find-outlet.js'
export { closeOpenOutlets, closeOutletsOnExit, type OutletLeft } from './exit-guard.js'
export type { PowerHost } from './power-host.js'
export type { SerialBinding } from '../serial/serial-binding.js'
export { PowerError, PowerErrorCode } from './errors.js'

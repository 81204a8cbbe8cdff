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
export { PowerError, PowerErrorCode } from './errors.js'

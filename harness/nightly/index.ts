/**
 * Certifying a whole bench, unattended.
 *
 * @module nightly
 */
export type { NightEvent } from './night-event.js'
export { startNight, resumeNight, type NightOptions } from './night.js'
export { nightDevices, parseNightPlan, type NightPlan } from './night-plan.js'
export { devicesVerdict } from './night-verdict.js'
export { writeSimulatedBench } from './simulated-bench.js'

import { ViewnetError } from 'viewnet/device'

/** A simulated or replayed device cannot run here. */
export class SimulatorError extends ViewnetError {}

import { ViewnetError } from 'viewnet/device'

/**
 * The rig broke: the broker, a file, the network beneath the bench. Never the fault of the device or the converter under test, so a run that
 * meets one could not test (exit status 2).
 */
export class BenchError extends ViewnetError {}

/**
 * The performance suite: each figure beside its bare baseline, in the same run.
 *
 * @module benchmark
 */
import { ethernetMeasurement } from './ethernet-figures.js'
import { evidenceMeasurements } from './evidence-figures.js'
import { exchangeMeasurements } from './exchange-figures.js'
import type { Measurement } from './figure.js'
import { onvifListingMeasurements } from './onvif-listing.js'
import { recordingMeasurements } from './recording-figures.js'
import { scaleMeasurements } from './scale-figures.js'
import { verifierMeasurements } from './verifier-figures.js'
import { wireMeasurements } from './wire-figures.js'

export { measure, type Comparison, type Family, type Figure, type Goal, type Measurement } from './figure.js'

/** Everything that the suite measures, in the order of the table. */
export function measurements(): readonly Measurement[] {
  return [
    ...wireMeasurements(),
    ...exchangeMeasurements(),
    ethernetMeasurement(),
    ...scaleMeasurements(),
    ...recordingMeasurements(),
    ...evidenceMeasurements(),
    ...verifierMeasurements(),
    ...onvifListingMeasurements(),
  ]
}

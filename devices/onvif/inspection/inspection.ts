import type { DeviceErrorCode, DeviceIdentity, Recording } from 'viewnet/device'
import type { AuthenticationFacts } from './authentication.js'
import type { Quirk } from './quirk-log.js'

/** One service as a device tells it. */
export interface InspectedService {
  /** `search`, `media2`; the namespace where we know no name. */
  readonly name: string
  /** As told, without credentials. */
  readonly address: string
  /** `2.4`; empty where it tells none. */
  readonly version: string
}

/** What a device says that its search service can do; null where it does not say. */
export interface SearchCapabilities {
  readonly metadataSearch: boolean | null
  /** False: searches for events begin without the state that each recording had then. */
  readonly generalStartEvents: boolean | null
}

/** GetRecordingSummary, as the device writes it. */
export interface RecordingSummary {
  readonly dataFrom: string
  readonly dataUntil: string
  readonly numberRecordings: string
}

/** What the driver's listing came to. */
export interface ResourceFacts {
  /** Recording resources: intervals of video. */
  readonly count: number
  readonly channels: number
  /** Of them: still recording. */
  readonly stillRecording: number
  /** Of them: only the outer bounds of a track. */
  readonly coarse: number
  /** The one that starts first, and the one that starts last; null when there are none. */
  readonly first: Recording | null
  readonly last: Recording | null
  /** ONVIF's own recordings, which contain them. */
  readonly recordings: number
}

/** A question that the device did not answer usably. */
export interface InspectionError {
  /** What we wanted to know: `identity`, `resources`. */
  readonly about: string
  readonly code: DeviceErrorCode
  readonly message: string
}

/** Everything about one device; null where it could not be learned, and then {@link Inspection.errors} says why. */
export interface Inspection {
  readonly url: string
  readonly identity: DeviceIdentity | null
  /** Device clock minus ours, in ms; null when the device did not tell its time. */
  readonly clockOffsetMs: number | null
  readonly authentication: AuthenticationFacts
  readonly services: readonly InspectedService[] | null
  readonly searchCapabilities: SearchCapabilities | null
  readonly summary: RecordingSummary | null
  readonly resources: ResourceFacts | null
  readonly quirks: readonly Quirk[]
  readonly errors: readonly InspectionError[]
}

/** Why a device recorded something, as bits; 0: the device does not tell (docs/protocol.md, RESOURCE). */
export const RecordingKind = { continuous: 1, motion: 2, alarm: 4, manual: 8 } as const

/** One recording resource as a driver reports it: one interval in which a video track holds data. */
export interface Recording {
  /** First moment that holds data, in ms since 1970-01-01T00:00:00Z; a whole number, at least 0. */
  readonly startMs: number
  /** First moment that holds no data any more; `undefined` while the device still records. Never before `startMs`. */
  readonly endMs: number | undefined
  /** From 1; stable for a device across listings. 1–65535. */
  readonly channel: number
  /** {@link RecordingKind} bits; 0 when the device does not tell. */
  readonly kinds: number
  /** Size in octets; `undefined` when the device does not tell. */
  readonly sizeBytes?: number
  /**
   * The device's own name for this resource, unique within the device and the same in every listing. The wire carries the first 8 octets of
   * its SHA-256. 1–4096 characters.
   */
  readonly identity: string
  /** True when the interval is only the outer bounds of a track, because the device tells nothing finer. */
  readonly coarse?: boolean
}

/** Which recordings are wanted. */
export interface RecordingQuery {
  /** Wanted from this moment, ms since 1970; `undefined`: from the earliest. */
  readonly fromMs?: number | undefined
  /** Wanted up to, not including, this moment, ms since 1970; `undefined`: no upper limit. */
  readonly toMs?: number | undefined
  /** Wanted channel; `undefined`: all. */
  readonly channel?: number | undefined
  /** Ends the listing early: the iterable then throws `signal.reason`. */
  readonly signal?: AbortSignal | undefined
}

/** Who a device says it is. Every field may be empty: devices leave them out. */
export interface DeviceIdentity {
  readonly manufacturer: string
  readonly model: string
  readonly firmware: string
  readonly serialNumber: string
}

/** What a device offers that matters to a conversion server. */
export interface DeviceCapabilities {
  /** False: {@link MonitoringDevice.listRecordings} will fail as unsupported. */
  readonly listRecordings: boolean
  /** What the device does offer, in its protocol's own terms, for people: service names and the like. */
  readonly services: readonly string[]
}

/** Who a device is and what it can do, as it told us at one moment. */
export interface DeviceDescription {
  readonly identity: DeviceIdentity
  readonly capabilities: DeviceCapabilities
  /** Device clock minus ours, in ms; `undefined` when the device did not tell its time. */
  readonly clockOffsetMs: number | undefined
}

/**
 * What a conversion server needs of a camera or recorder, whatever protocol it speaks. Implement this to add a protocol.
 *
 * Every call is bounded in time by the driver itself, and rejects only with {@link DeviceError} or the reason of the signal.
 */
export interface MonitoringDevice {
  /** Ask who the device is and what it can do. */
  describe(options?: { readonly signal?: AbortSignal | undefined }): Promise<DeviceDescription>
  /**
   * List recordings as pages, in any order, each resource once. A driver may return more than was asked (devices ignore filters); the server
   * filters again. A listing that ends without throwing is complete: a driver never ends early in silence.
   */
  listRecordings(query: RecordingQuery): AsyncIterable<readonly Recording[]>
  /** Release connections. Closing twice is fine. */
  close?(): Promise<void>
}

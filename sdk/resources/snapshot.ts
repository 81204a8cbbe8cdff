import { DeviceError, DeviceErrorCode, type Recording } from '../device/index.js'
import { ResourceRecords } from './resource-records.js'

/** Which of a device's recordings belong into a snapshot; the device may have sent more. */
export interface SnapshotFilter {
  /** Ms since 1970; 0: from the earliest. */
  readonly fromMs: number
  /** Ms since 1970, exclusive; 0: open. */
  readonly toMs: number
  /** 0: all. */
  readonly channel: number
  /** Kind bits; 0: all. A recording whose kind the device does not tell is never left out: it may be of the kind wanted. */
  readonly kinds: number
  /** Most resources; 0: no limit. */
  readonly resourceLimit: number
}

/** One resource of a snapshot, as it goes on the wire. */
export interface NumberedResource {
  /** From 1. */
  readonly sequence: number
  readonly startMs: number
  /** Exclusive; 0: still recording. */
  readonly endMs: number
  readonly channel: number
  readonly kinds: number
  /** 0: not told. */
  readonly sizeBytes: number
  readonly key: bigint
}

/**
 * A device's list at one moment: ordered by start, channel and key, numbered once from 1, never changed afterwards, so that every round of an
 * exchange says the same. Stored as records of {@link RECORD_BYTES} octets, and 4 more for its place where the device lists out of order.
 */
export class Snapshot {
  /** Resources in it; their sequences are 1 … count. */
  readonly count: number
  /** When the device's list was complete, ms since 1970. */
  readonly takenAtMs: number
  readonly #records: ResourceRecords

  /** @internal Use {@link SnapshotBuilder}. */
  constructor(records: ResourceRecords, takenAtMs: number) {
    this.#records = records
    this.count = records.length
    this.takenAtMs = takenAtMs
  }

  /**
   * @param sequence - 1 … count
   * @throws RangeError for any other
   */
  resource(sequence: number): NumberedResource {
    if (!Number.isInteger(sequence) || sequence < 1 || sequence > this.count) {
      throw new RangeError(`sequence is ${sequence}; expected 1–${this.count}`)
    }
    return { sequence, ...this.#records.row(sequence - 1) }
  }

  /**
   * The octets that hold the record of a resource, at {@link Snapshot.recordOffset}: | start 8 | end 8 | channel 2 | kinds 2 | size 8 | key 8 |, as
   * in a RESOURCE. For sending many without an object for each; not to be written to.
   *
   * @param sequence - 1 … count, which the caller has checked
   */
  recordOctets(sequence: number): Uint8Array {
    return this.#records.chunk(sequence - 1)
  }

  /** Where a record begins in its {@link Snapshot.recordOctets}. */
  recordOffset(sequence: number): number {
    return this.#records.offset(sequence - 1)
  }
}

/** Takes a device's pages as they come, and makes the snapshot when the list is complete. */
export class SnapshotBuilder {
  readonly #filter: SnapshotFilter
  readonly #maxResources: number
  #records = new ResourceRecords()

  /** @param maxResources - bound on what is kept; see {@link SnapshotBuilder.add} */
  constructor(filter: SnapshotFilter, maxResources: number) {
    this.#filter = filter
    this.#maxResources = maxResources
  }

  /** Resources that were taken so far. */
  get length(): number {
    return this.#records.length
  }

  /**
   * Take what the filter wants of one page.
   *
   * @returns false when there are more than `maxResources`: the snapshot cannot be made
   * @throws DeviceError `ERR_VIEWNET_DEVICE_FAULT` when the driver hands over a recording that cannot be one
   */
  add(page: readonly Recording[]): boolean {
    this.#records.expect(page.length)
    for (const recording of page) {
      check(recording)
      if (!wanted(recording, this.#filter)) continue
      if (this.#records.length >= this.#maxResources) return false
      const { identity, startMs, endMs = 0, channel, kinds, sizeBytes = 0 } = recording
      this.#records.push({ identity, startMs, endMs, channel, kinds, sizeBytes })
    }
    return true
  }

  /** Order and number what was taken. The builder is spent. A million resources out of order take a second: see {@link SnapshotBuilder.buildInSteps}. */
  build(takenAtMs: number): Snapshot {
    const steps = this.buildInSteps(takenAtMs)
    for (;;) {
      const { done, value } = steps.next()
      if (done === true) return value
    }
  }

  /** The same a step at a time, each a few milliseconds at most: whoever takes them decides what else is done in between. */
  *buildInSteps(takenAtMs: number): Generator<undefined, Snapshot> {
    const records = this.#records
    this.#records = new ResourceRecords()
    yield* records.order(this.#filter.resourceLimit || records.length)
    return new Snapshot(records, takenAtMs)
  }
}

/** A resource is wanted when its time range overlaps [from, to); one that ends where it starts counts as its first millisecond. */
function wanted(recording: Recording, { fromMs, toMs, channel, kinds }: SnapshotFilter): boolean {
  if (channel !== 0 && recording.channel !== channel) return false
  if (kinds !== 0 && recording.kinds !== 0 && (recording.kinds & kinds) === 0) return false
  if (toMs !== 0 && recording.startMs >= toMs) return false
  return recording.endMs === undefined || Math.max(recording.endMs, recording.startMs + 1) > fromMs
}

/** Names of devices are some dozen characters; hashing one of a hundred million would keep everything else waiting for seconds. */
const IDENTITY_CHARACTERS_MOST = 4096

/** A driver is checked like any other outsider: what it says goes on the wire under our name. */
function check({ identity, startMs, endMs, channel, kinds, sizeBytes }: Recording): void {
  const problem = !isTime(startMs)
    ? `starts at ${startMs}; expected whole milliseconds since 1970`
    : endMs !== undefined && (!isTime(endMs) || endMs < startMs || endMs === 0)
      ? `ends at ${endMs}; expected whole milliseconds since 1970, not before its start ${startMs}`
      : !isWithin(channel, 1, 0xffff)
        ? `has channel ${channel}; expected 1–65535`
        : !isWithin(kinds, 0, 0xffff)
          ? `has kind bits ${kinds}; expected 0–65535`
          : sizeBytes !== undefined && !isTime(sizeBytes)
            ? `has size ${sizeBytes}; expected whole octets`
            : typeof identity !== 'string' || identity === ''
              ? 'has no identity; expected the name that the device gives it'
              : identity.length > IDENTITY_CHARACTERS_MOST
                ? `has an identity of ${identity.length} characters; expected ${IDENTITY_CHARACTERS_MOST} at most`
                : undefined
  if (problem === undefined) return
  const name = typeof identity === 'string' ? identity.slice(0, 80) : typeof identity
  throw new DeviceError(DeviceErrorCode.fault, `recording '${name}' ${problem}`)
}

const isTime = (value: number): boolean => Number.isSafeInteger(value) && value >= 0
const isWithin = (value: number, least: number, most: number): boolean =>
  Number.isInteger(value) && value >= least && value <= most

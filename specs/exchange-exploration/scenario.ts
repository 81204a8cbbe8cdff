import type { RefusalStatus } from 'viewnet/exchange'
import { SnapshotBuilder, type Snapshot } from 'viewnet/resources'
import type { RequestMessage } from '../../harness/endpoint/index.js'

export const CONVERTER_NUMBER = 0x0001_0014_012c_0fa0n
export const DEVICE_NUMBER = 0x0001_0014_012c_0007n
export const EXCHANGE_NUMBER = 77

/** What the device does when it is asked: the list, or a refusal, after a while; `Infinity` is never. */
export interface DeviceBehaviour {
  readonly afterMs: number
  /** RESPONSE status of a refusal; undefined: it lists. */
  readonly refusal: RefusalStatus | undefined
}

/** Everything about one exchange but the fates of its packets. */
export interface Scenario {
  /** Resources that the device has. */
  readonly count: number
  readonly selective: boolean
  /** Packets; 0: without CREDIT. */
  readonly windowPackets: number
  /** 0: the converter's default. */
  readonly ratePacketsPerSecond: number
  readonly device: DeviceBehaviour
  /** How long an undisturbed packet travels. */
  readonly latencyMs: number
}

/** What the endpoint asks in a scenario: everything that the device has. */
export function requestOf({ selective, windowPackets, ratePacketsPerSecond }: Scenario): RequestMessage {
  return {
    type: 'REQUEST',
    selective,
    credit: windowPackets > 0,
    device: DEVICE_NUMBER,
    channel: 0,
    kinds: 0,
    limit: 0,
    fromMs: 0n,
    toMs: 0n,
    ratePacketsPerSecond,
    window: windowPackets,
  }
}

/** A scenario in words. */
export function scenarioName(scenario: Scenario): string {
  const { count, selective, windowPackets, ratePacketsPerSecond, device, latencyMs } = scenario
  const answer = device.refusal === undefined ? `lists ${count}` : `refuses with status ${device.refusal}`
  return [
    `device ${answer} after ${device.afterMs} ms`,
    selective ? 'selective' : 'full',
    windowPackets > 0 ? `window ${windowPackets}` : 'no credit',
    `rate ${ratePacketsPerSecond}`,
    `latency ${latencyMs} ms`,
  ].join(', ')
}

const snapshots = new Map<number, Snapshot>()

/** A snapshot of so many resources. It is frozen, so one is made for each count and shared by all schedules. */
export function snapshotOf(count: number): Snapshot {
  const known = snapshots.get(count)
  if (known) return known
  const builder = new SnapshotBuilder({ fromMs: 0, toMs: 0, channel: 0, kinds: 0, resourceLimit: 0 }, count)
  for (let at = 0; at < count; at++) {
    const startMs = 1_700_000_000_000 + at * 60_000
    // Some still recording, some without a size or a kind: whatever a field may hold has to survive both codecs.
    const endMs = at % 5 === 4 ? undefined : startMs + 60_000
    builder.add([
      { identity: `recording ${at}`, startMs, endMs, channel: 1 + (at % 4), kinds: at % 3, sizeBytes: at * 1000 },
    ])
  }
  const snapshot = builder.build(1_700_000_001_234)
  snapshots.set(count, snapshot)
  return snapshot
}

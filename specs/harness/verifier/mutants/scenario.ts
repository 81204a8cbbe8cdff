import type { RefusalStatus } from 'viewnet/exchange'
import { SnapshotBuilder, type Snapshot } from 'viewnet/resources'
import type { Request } from 'viewnet/wire'
import type { RequestMessage } from '../../../../harness/endpoint/index.js'
import type { ImpairmentOptions } from '../../../../harness/impairment/index.js'

export const CONVERTER_NUMBER = 0x0001_0014_012c_0fa0n
export const DEVICE_NUMBER = 0x0001_0014_012c_0007n
export const EXCHANGE = 77
/** Names what a stranger asks. */
export const STRANGERS_EXCHANGE = 99

/** 2023-11-14T22:13:20Z, as in the vectors of docs/protocol.md. */
export const FIRST_START_MS = 1_700_000_000_000
const MINUTE_MS = 60_000

/** What a mutant is tried in. */
export interface Scenario {
  /** What the REQUEST asks beyond the defaults: everything, and all of it again when something is missing. */
  readonly request?: Partial<RequestMessage>
  /** What befalls packets to the endpoint, and from it. */
  readonly incoming?: ImpairmentOptions
  readonly outgoing?: ImpairmentOptions
  /** How long the device takes to list; default 10 ms. */
  readonly deviceMs?: number
  /** The device does not list. */
  readonly refusal?: RefusalStatus
  /** Somebody who is no peer asks as well. */
  readonly hasStranger?: boolean
}

/** Seed of every impairment: what is lost is part of the scenario. */
export const SEED = 11

/** Whatever a REQUEST may leave open, left open. */
export function requestOf({ request }: Scenario): RequestMessage {
  return {
    type: 'REQUEST',
    selective: false,
    credit: false,
    device: DEVICE_NUMBER,
    channel: 0,
    kinds: 0,
    limit: 0,
    fromMs: 0n,
    toMs: 0n,
    ratePacketsPerSecond: 0,
    window: 0,
    ...request,
  }
}

/** The device's 40 recordings, a minute each, on four channels, two of them at a time; the last two are still recording. */
export function snapshotFor(request: Request, takenAtMs: number): Snapshot {
  const builder = new SnapshotBuilder(request, 1000)
  for (let i = 0; i < 40; i++) {
    const startMs = FIRST_START_MS + (i >> 1) * MINUTE_MS
    const endMs = i < 38 ? startMs + MINUTE_MS : undefined
    builder.add([
      { identity: `recording ${i}`, startMs, endMs, channel: 1 + (i % 4), kinds: 1 + (i % 2), sizeBytes: 1000 + i },
    ])
  }
  return builder.build(takenAtMs)
}

/** The scenarios, by the names that the table of mutants has for them. */
export const SCENARIOS = {
  clean: {},
  'losses, all again': { incoming: { dropRatio: 0.2 } },
  'losses, by name': { incoming: { dropRatio: 0.2 }, request: { selective: true } },
  'a lost RESPONSE': { incoming: { dropFirst: ['RESPONSE'] } },
  'a slow device': { deviceMs: 8000 },
  'a refusal': { refusal: 3 },
  'a narrow range': {
    request: { fromMs: BigInt(FIRST_START_MS + 3 * MINUTE_MS), toMs: BigInt(FIRST_START_MS + 6 * MINUTE_MS) },
  },
  'one channel': { request: { channel: 2 } },
  'one kind': { request: { kinds: 2 } },
  'at most ten': { request: { limit: 10 } },
  credit: { request: { credit: true, window: 8 } },
  'a stranger': { hasStranger: true },
} as const satisfies Record<string, Scenario>
export type ScenarioName = keyof typeof SCENARIOS

import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'
import { Timeline } from './timeline.js'

/** One track of a recording; made up contents leave out a track that never held data, as ONVIF wants it. */
export interface SimulatedTrack {
  /** Unique only within its recording, as on real recorders. */
  readonly token: string
  readonly type: 'Video' | 'Audio' | 'Metadata' | 'Extended'
  /** When the track holds data. */
  readonly dataPresent: Timeline
}

/** One ONVIF recording: everything that one video source ever gave. Empty when it has no tracks. */
export interface SimulatedRecording {
  readonly token: string
  /** From 1: the rank of {@link sourceToken} in natural order. */
  readonly channel: number
  readonly sourceToken: string
  readonly sourceId: string
  readonly sourceName: string
  readonly location: string
  readonly tracks: readonly SimulatedTrack[]
  /** When the recording job ran. One run may span several intervals of video: counting these is the naive client's mistake. */
  readonly running: Timeline
}

/** Everything that a simulated recorder holds. */
export interface RecorderContents {
  /** One per channel, unless a quirk lays them out otherwise, in the order in which the recorder lists them, which is not that of the channels. */
  readonly recordings: readonly SimulatedRecording[]
  /** No data is newer, except what is still being recorded; ms since 1970. */
  readonly newestMs: number
}

/** What contents are made from; the same values make the same contents anywhere, on any day. */
export interface ContentsPlan {
  /** Video intervals in all. */
  readonly recordings: number
  readonly channels: number
  readonly seed: number
  readonly newestMs: number
  readonly stillRecording: boolean
  readonly videoOnly: boolean
}

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS

/** How long video runs and pauses: a scale is picked, then a value in it. With 1,000,000 intervals on one channel this reaches back 20 years. */
const LENGTH_RANGES_MS = [
  [2 * SECOND_MS, 20 * SECOND_MS],
  [20 * SECOND_MS, 3 * MINUTE_MS],
  [3 * MINUTE_MS, 15 * MINUTE_MS],
  [15 * MINUTE_MS, 30 * MINUTE_MS],
] as const
/** From one millisecond, where a client that rounds to seconds joins two intervals. */
const GAP_RANGES_MS = [
  [1, SECOND_MS],
  [SECOND_MS, MINUTE_MS],
  [MINUTE_MS, 10 * MINUTE_MS],
] as const

/** Not all ASCII, as on a customer's recorder. */
const LOCATIONS = ['Entrance', 'Parkplatz Süd', '装卸区', 'Corridor', 'Stairwell', '机房', 'Fence', 'Café']

/**
 * Make up a recorder's contents. Only whole numbers are drawn and combined, so every Node version makes the same contents.
 *
 * Every channel has a recording; with fewer intervals than channels some recordings are empty.
 */
export function makeContents(plan: ContentsPlan): RecorderContents {
  const random = xoroshiro128plus(plan.seed)
  const counts = spread(random, plan.recordings, plan.channels)
  const tokens = new Set<string>()
  const recordings = counts.map((count, index): SimulatedRecording => {
    const channel = index + 1
    const video = videoChanges(random, count, plan.newestMs)
    const timeline = (changesMs: Float64Array) =>
      new Timeline(plan.stillRecording ? changesMs.subarray(0, -1) : changesMs)
    const tracks: readonly SimulatedTrack[] = [
      { token: 'VIDEO001', type: 'Video', dataPresent: timeline(video) },
      { token: 'AUDIO001', type: 'Audio', dataPresent: timeline(Float64Array.from(audioChanges(random, video))) },
      { token: 'META001', type: 'Metadata', dataPresent: timeline(Float64Array.from(joinedChanges(random, video))) },
    ]
    return {
      token: newToken(random, tokens),
      channel,
      sourceToken: `VideoSource_${channel}`,
      sourceId: `urn:viewnet:simulated:source:${channel}`,
      sourceName: `Camera ${channel}`,
      location: LOCATIONS[uniformInt(random, 0, LOCATIONS.length - 1)]!,
      tracks: tracks.filter(
        ({ type, dataPresent }) => dataPresent.changeCount > 0 && (type === 'Video' || !plan.videoOnly),
      ),
      running: timeline(Float64Array.from(joinedChanges(random, video))),
    }
  })
  return { recordings: shuffled(random, recordings), newestMs: plan.newestMs }
}

/** Share `total` out unevenly: to as many channels as possible at least one, the rest by weights from 1 to 9. */
function spread(random: RandomGenerator, total: number, channels: number): number[] {
  const counts = Array.from({ length: channels }, () => 0)
  const order = shuffled(random, [...counts.keys()])
  for (const index of order.slice(0, total)) counts[index] = 1
  const rest = Math.max(0, total - channels)
  const weights = counts.map(() => uniformInt(random, 1, 9))
  const weightSum = weights.reduce((sum, weight) => sum + weight, 0)
  const shares = weights.map((weight) => Math.floor((rest * weight) / weightSum))
  let leftOver = rest - shares.reduce((sum, share) => sum + share, 0)
  for (const index of order) {
    const extra = leftOver > 0 ? 1 : 0
    leftOver -= extra
    counts[index]! += shares[index]! + extra
  }
  return counts
}

/**
 * `count` intervals with gaps between them, the last one shortly before `newestMs`.
 *
 * @returns start, end, start, end …: numbers without an object for each interval, because there may be a million
 */
function videoChanges(random: RandomGenerator, count: number, newestMs: number): Float64Array {
  const changesMs = new Float64Array(2 * count)
  let atMs = 0
  for (let index = 0; index < changesMs.length; index += 2) {
    changesMs[index] = atMs
    atMs += draw(random, LENGTH_RANGES_MS)
    changesMs[index + 1] = atMs
    atMs += draw(random, GAP_RANGES_MS)
  }
  const lastEndMs = newestMs - uniformInt(random, SECOND_MS, MINUTE_MS)
  const shiftMs = lastEndMs - (changesMs.at(-1) ?? 0)
  return changesMs.map((changeMs) => changeMs + shiftMs)
}

/** Sound within the video: mostly a little shorter, sometimes in two pieces, sometimes missing. The last interval always has sound. */
function* audioChanges(random: RandomGenerator, video: Float64Array): Generator<number> {
  for (let index = 0; index < video.length; index += 2) {
    const fate = uniformInt(random, 1, 10)
    const fromMs = video[index]! + uniformInt(random, 1, 400)
    const toMs = video[index + 1]! - uniformInt(random, 1, 400)
    const isLast = index + 2 === video.length
    if (!isLast && (fate === 7 || fate === 8)) continue
    yield fromMs
    if (!isLast && fate > 8) {
      const breakMs = uniformInt(random, fromMs + 1, toMs - 401)
      yield breakMs
      yield breakMs + uniformInt(random, 1, 400)
    }
    yield toMs
  }
}

/** Runs that span one to four intervals of video and reach a little beyond them, never into the next run. */
function* joinedChanges(random: RandomGenerator, video: Float64Array): Generator<number> {
  for (let first = 0; first < video.length;) {
    const next = Math.min(first + 2 * uniformInt(random, 1, 4), video.length)
    const startMs = video[first]!
    const endMs = video[next - 1]!
    // A third of the pause on each side leaves at least a millisecond between two runs, however short the pause is.
    const pauseBeforeMs = startMs - (video[first - 1] ?? -Infinity)
    const pauseAfterMs = (video[next] ?? Infinity) - endMs
    yield startMs - Math.min(uniformInt(random, 0, 900), Math.floor(pauseBeforeMs / 3))
    yield endMs + Math.min(uniformInt(random, 0, 900), Math.floor(pauseAfterMs / 3))
    first = next
  }
}

function draw(random: RandomGenerator, ranges: readonly (readonly [number, number])[]): number {
  const [from, to] = ranges[uniformInt(random, 0, ranges.length - 1)]!
  return uniformInt(random, from, to)
}

function newToken(random: RandomGenerator, taken: Set<string>): string {
  for (;;) {
    const token = `Recording_${uniformInt(random, 0, 0xffffffff).toString(16).padStart(8, '0')}`
    if (!taken.has(token)) {
      taken.add(token)
      return token
    }
  }
}

/** Fisher-Yates, on a copy. */
function shuffled<T>(random: RandomGenerator, items: readonly T[]): T[] {
  const result = [...items]
  for (let last = result.length - 1; last > 0; last--) {
    const other = uniformInt(random, 0, last)
    const item = result[last]!
    result[last] = result[other]!
    result[other] = item
  }
  return result
}

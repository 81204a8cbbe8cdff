import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { RecorderContents, SimulatedRecording, SimulatedTrack } from './contents.js'
import { mergeChanges, type PropertyRange } from './property.js'

/** One recording resource that the recorder truly holds: what a correct client must come to, and nothing else. */
export interface TruthRecord {
  /** First moment that holds video; ISO 8601 UTC with milliseconds. */
  readonly start: string
  /** First moment that holds none any more; null while recording. */
  readonly end: string | null
  /** From 1. */
  readonly channel: number
  /** Always 0: ONVIF does not tell why something was recorded (docs/protocol.md, RESOURCE). */
  readonly kind: 0
  /** First 8 octets of SHA-256 over {@link identity}, 16 hex digits: the wire's key. */
  readonly key: string
  /** `RecordingToken/TrackToken/start`; `RecordingToken/TrackToken` when {@link coarse}. */
  readonly identity: string
  /** Recording token. */
  readonly recording: string
  /** Track token. */
  readonly track: string
  /** Only where no more is told than the bounds of the track, so that this may be several intervals. */
  readonly coarse?: true
}

/** How much a recorder tells about its recordings: when every interval began and ended, or the bounds of each track alone. */
export type TruthDetail = 'intervals' | 'bounds'

/** Every recording resource in the order of docs/protocol.md, section 3: by start, then channel, then key. */
export function* truthOf(contents: RecorderContents, detail: TruthDetail = 'intervals'): Generator<TruthRecord> {
  if (detail === 'bounds') {
    yield* videoTracksOf(contents)
      .map(boundsRecord)
      .sort((a, b) => (a.start === b.start ? byChannelThenKey(a, b) : a.start < b.start ? -1 : 1))
    return
  }
  const ranges = videoTracksOf(contents).map(({ recording, track }): PropertyRange => {
    const timeline = track.dataPresent
    return { property: { recording, track, timeline }, from: 0, to: timeline.changeCount }
  })
  let together: TruthRecord[] = []
  for (const { property, index, atMs } of mergeChanges(ranges, 'forward')) {
    const { recording, track, timeline } = property
    if (track === undefined || !timeline.valueAfter(index)) continue
    const start = new Date(atMs).toISOString()
    if (together[0] !== undefined && together[0].start !== start) {
      yield* together.sort(byChannelThenKey)
      together = []
    }
    const endMs = timeline.changeMs(index + 1)
    const end = endMs === undefined ? null : new Date(endMs).toISOString()
    together.push(recordOf(recording, track, { start, end, identity: `${recording.token}/${track.token}/${start}` }))
  }
  yield* together.sort(byChannelThenKey)
}

/** How many records {@link truthOf} gives. */
export function truthCount(contents: RecorderContents, detail: TruthDetail): number {
  return videoTracksOf(contents).reduce(
    (sum, { track }) => sum + (detail === 'bounds' ? 1 : track.dataPresent.intervalCount),
    0,
  )
}

interface VideoTrack {
  readonly recording: SimulatedRecording
  readonly track: SimulatedTrack
}

function videoTracksOf(contents: RecorderContents): VideoTrack[] {
  return contents.recordings.flatMap((recording) =>
    recording.tracks
      .filter((track) => track.type === 'Video' && track.dataPresent.wasEverTrue)
      .map((track) => ({ recording, track })),
  )
}

/** While the recording runs, its track has no end: the newest data would be another at every look. */
function boundsRecord({ recording, track }: VideoTrack): TruthRecord {
  const { dataPresent: timeline } = track
  // videoTracksOf gives only tracks that were ever true.
  const start = new Date(timeline.changeMs(0)!).toISOString()
  const end = recording.running.isOpen ? null : new Date(timeline.changeMs(timeline.changeCount - 1)!).toISOString()
  return { ...recordOf(recording, track, { start, end, identity: `${recording.token}/${track.token}` }), coarse: true }
}

function recordOf(
  recording: SimulatedRecording,
  track: SimulatedTrack,
  { start, end, identity }: Pick<TruthRecord, 'start' | 'end' | 'identity'>,
): TruthRecord {
  const key = createHash('sha256').update(identity, 'utf8').digest('hex').slice(0, 16)
  return {
    start,
    end,
    channel: recording.channel,
    kind: 0,
    key,
    identity,
    recording: recording.token,
    track: track.token,
  }
}

function byChannelThenKey(a: TruthRecord, b: TruthRecord): number {
  if (a.channel !== b.channel) return a.channel - b.channel
  return a.key < b.key ? -1 : 1
}

/** Write the truth as JSON lines, one record a line, replacing the file. */
export async function writeTruthFile(records: Iterable<TruthRecord>, file: string): Promise<void> {
  await pipeline(Readable.from(jsonLines(records)), createWriteStream(file))
}

function* jsonLines(records: Iterable<TruthRecord>): Generator<string> {
  for (const record of records) yield `${JSON.stringify(record)}\n`
}

import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { RecorderContents } from './contents.js'
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
  /** `RecordingToken/TrackToken/start`. */
  readonly identity: string
  /** Recording token. */
  readonly recording: string
  /** Track token. */
  readonly track: string
}

/** Every recording resource in the order of docs/protocol.md, section 3: by start, then channel. No two of one channel start together. */
export function* truthOf(contents: RecorderContents): Generator<TruthRecord> {
  const ranges = contents.recordings
    .toSorted((a, b) => a.channel - b.channel)
    .flatMap((recording) =>
      recording.tracks
        .filter((track) => track.type === 'Video')
        .map((track): PropertyRange => {
          const timeline = track.dataPresent
          return { property: { recording, track, timeline }, from: 0, to: timeline.changeCount }
        }),
    )
  for (const { property, index, atMs } of mergeChanges(ranges, 'forward')) {
    const { recording, track, timeline } = property
    if (track === undefined || !timeline.valueAfter(index)) continue
    const start = new Date(atMs).toISOString()
    const endMs = timeline.changeMs(index + 1)
    const identity = `${recording.token}/${track.token}/${start}`
    yield {
      start,
      end: endMs === undefined ? null : new Date(endMs).toISOString(),
      channel: recording.channel,
      kind: 0,
      key: createHash('sha256').update(identity, 'utf8').digest('hex').slice(0, 16),
      identity,
      recording: recording.token,
      track: track.token,
    }
  }
}

/** Write the truth as JSON lines, one record a line, replacing the file. */
export async function writeTruthFile(contents: RecorderContents, file: string): Promise<void> {
  await pipeline(Readable.from(jsonLines(truthOf(contents))), createWriteStream(file))
}

function* jsonLines(records: Iterable<TruthRecord>): Generator<string> {
  for (const record of records) yield `${JSON.stringify(record)}\n`
}

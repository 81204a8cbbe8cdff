import type { RecorderContents, SimulatedRecording, SimulatedTrack } from '../contents.js'
import { Timeline, type Interval } from '../timeline.js'
import { chosenFrom, type QuirkSet } from './quirk-set.js'
import type { QuirkName } from './quirks.js'

/** Lays the contents out in another way. How many intervals of video there are stays what was asked for. */
type ContentsQuirk = (contents: RecorderContents) => RecorderContents

const DAY_MS = 24 * 3600 * 1000
/** Between the oldest moments of two channels: the capture of a real camera that this follows begins 195 s into 1970. */
const UNSET_CLOCK_STEP_MS = 195_000
/** A recording without tracks is at least 530 octets of XML, so this many are over 7 MB. */
const BIG_REPLY_RECORDINGS = 13_500

/** In this order: the layout comes last, so that it lays out what the others made. */
const CONTENTS_QUIRKS: Readonly<Partial<Record<QuirkName, ContentsQuirk>>> = {
  'starts-1970': forEachRecording((recording) => [startedBeforeTheClockWasSet(recording)]),
  'overlapping-spans': forEachRecording(inTurns),
  'identical-spans': forEachRecording(twiceOver),
  'extra-tracks': forEachRecording((recording) => [withMoreTracks(recording)]),
  'recording-per-clip': forEachRecording(clipByClip),
  'one-recording': (contents) => ({ ...contents, recordings: [joined(contents.recordings)] }),
  'empty-recordings': forEachRecording((recording) => [
    emptyBeside(recording, 'unused'),
    recording,
    {
      ...emptyBeside(recording, 'blank'),
      tracks: [{ token: 'VIDEO001', type: 'Video', dataPresent: new Timeline([]) }],
    },
  ]),
  'one-big-reply': withSpareRecordings,
}

/** The contents as the quirks lay them out. */
export function layOut(contents: RecorderContents, quirks: QuirkSet): RecorderContents {
  return chosenFrom(CONTENTS_QUIRKS, quirks).reduce((laidOut, quirk) => quirk(laidOut), contents)
}

function forEachRecording(change: (recording: SimulatedRecording) => readonly SimulatedRecording[]): ContentsQuirk {
  return (contents) => ({ ...contents, recordings: contents.recordings.flatMap(change) })
}

function videoOf(recording: SimulatedRecording): Timeline {
  return recording.tracks.find((track) => track.type === 'Video')?.dataPresent ?? new Timeline([])
}

function withVideo(recording: SimulatedRecording, video: Timeline): SimulatedRecording {
  const tracks = recording.tracks.map((track) => (track.type === 'Video' ? { ...track, dataPresent: video } : track))
  return { ...recording, tracks }
}

/** The other of two recordings of one source: video alone, with a job that ran just as long. */
function companion(recording: SimulatedRecording, suffix: string, video: Timeline): readonly SimulatedRecording[] {
  if (!video.wasEverTrue) return []
  const tracks: readonly SimulatedTrack[] = [{ token: 'VIDEO001', type: 'Video', dataPresent: video }]
  return [{ ...recording, token: `${recording.token}_${suffix}`, tracks, running: video }]
}

/** What was first recorded began when the clock still stood near 1970, and ended after it was set. */
function startedBeforeTheClockWasSet(recording: SimulatedRecording): SimulatedRecording {
  const startMs = ((recording.channel - 1) * UNSET_CLOCK_STEP_MS) % DAY_MS
  const moved = (timeline: Timeline): Timeline => {
    const [first, ...rest] = timeline.intervals()
    return Timeline.ofIntervals(first === undefined ? [] : [{ ...first, startMs }, ...rest])
  }
  return {
    ...recording,
    tracks: recording.tracks.map((track) => ({ ...track, dataPresent: moved(track.dataPresent) })),
    running: moved(recording.running),
  }
}

/** Intervals go to two recordings in turn, each lasting until the middle of the next. */
function inTurns(recording: SimulatedRecording): readonly SimulatedRecording[] {
  const intervals = [...videoOf(recording).intervals()]
  const stretched = intervals.map((interval, index): Interval => {
    const next = intervals[index + 1]
    if (next === undefined) return interval
    const nextEndMs = next.endMs ?? next.startMs + 2000
    return { ...interval, endMs: Math.floor((next.startMs + nextEndMs) / 2) }
  })
  const even = stretched.filter((_, index) => index % 2 === 0)
  const odd = stretched.filter((_, index) => index % 2 === 1)
  return [withVideo(recording, Timeline.ofIntervals(even)), ...companion(recording, 'turn', Timeline.ofIntervals(odd))]
}

/** The newer half of the intervals, twice; of an odd number the middle one is recorded once. */
function twiceOver(recording: SimulatedRecording): readonly SimulatedRecording[] {
  const intervals = [...videoOf(recording).intervals()]
  const older = Math.floor(intervals.length / 2)
  const kept = intervals.slice(older)
  const mirrored = intervals.slice(intervals.length - older)
  return [
    withVideo(recording, Timeline.ofIntervals(kept)),
    ...companion(recording, 'mirror', Timeline.ofIntervals(mirrored)),
  ]
}

function withMoreTracks(recording: SimulatedRecording): SimulatedRecording {
  if (recording.tracks.length === 0) return recording
  const dataPresent = recording.running
  const tracks: readonly SimulatedTrack[] = [
    { token: 'AUDIO002', type: 'Audio', dataPresent },
    ...recording.tracks,
    { token: 'META002', type: 'Metadata', dataPresent },
    { token: 'EXTENDED001', type: 'Extended', dataPresent },
  ]
  return { ...recording, tracks }
}

function clipByClip(recording: SimulatedRecording): readonly SimulatedRecording[] {
  const clips = [...videoOf(recording).intervals()].map((interval, index): SimulatedRecording => {
    const timeline = Timeline.ofIntervals([interval])
    return {
      ...recording,
      token: `${recording.token}_${String(index + 1).padStart(6, '0')}`,
      tracks: [
        { token: 'VIDEO001', type: 'Video', dataPresent: timeline },
        { token: 'AUDIO001', type: 'Audio', dataPresent: timeline },
      ],
      running: timeline,
    }
  })
  return clips.length === 0 ? [recording] : clips
}

/** All tracks in one recording of one source: what was channels are tracks now. The job ran from the first moment to the last. */
function joined(recordings: readonly SimulatedRecording[]): SimulatedRecording {
  const byChannel = recordings.toSorted((a, b) => a.channel - b.channel)
  const counts = new Map<string, number>()
  const tracks = byChannel
    .flatMap((recording) => recording.tracks)
    .map((track): SimulatedTrack => {
      const kind = track.token.replace(/\d+$/, '')
      const number = (counts.get(kind) ?? 0) + 1
      counts.set(kind, number)
      return { ...track, token: `${kind}${String(number).padStart(3, '0')}` }
    })
  // Recordings are never none: every channel has one.
  return { ...byChannel[0]!, tracks, running: envelopeOf(recordings.map(({ running }) => running)) }
}

function envelopeOf(timelines: readonly Timeline[]): Timeline {
  const used = timelines.filter((timeline) => timeline.wasEverTrue)
  if (used.length === 0) return new Timeline([])
  const starts = used.map((timeline) => timeline.changeMs(0)!)
  const ends = used.map((timeline) => timeline.changeMs(timeline.changeCount - 1)!)
  const startMs = starts.reduce((oldest, atMs) => Math.min(oldest, atMs))
  const endMs = ends.reduce((newest, atMs) => Math.max(newest, atMs))
  return Timeline.ofIntervals([{ startMs, endMs: used.some((timeline) => timeline.isOpen) ? undefined : endMs }])
}

function emptyBeside(recording: SimulatedRecording, suffix: string): SimulatedRecording {
  return { ...recording, token: `${recording.token}_${suffix}`, tracks: [], running: new Timeline([]) }
}

function withSpareRecordings(contents: RecorderContents): RecorderContents {
  const { recordings } = contents
  const spareCount = Math.max(0, BIG_REPLY_RECORDINGS - recordings.length)
  const spares = Array.from({ length: spareCount }, (_, index) =>
    emptyBeside(recordings[index % recordings.length]!, `spare_${index + 1}`),
  )
  return { ...contents, recordings: [...recordings, ...spares] }
}

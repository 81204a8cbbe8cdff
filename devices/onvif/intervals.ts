import type { StateEvent } from './state-event.js'
import { TrackTimeline, type Span, type TrackBounds, type Transition } from './track-timeline.js'

/** A video track, and what is known of it before its events. */
export interface VideoTrack extends TrackBounds {
  readonly recordingToken: string
  readonly trackToken: string
}

/** One recording resource: a span in which a video track holds data. */
export interface Interval<Track extends VideoTrack> extends Span {
  readonly track: Track
  /** True when this is only where the track's data begin and end, because the device tells no events of it. */
  readonly isCoarse: boolean
}

/**
 * Builds the intervals of video tracks from the state events of their device, as they come.
 *
 * A track's own events count (Track/State). Where a recording has none, for no track, those of the recording do (Recording/State). Where there are none
 * of either kind, one coarse interval covers the track's bounds. Holds one open span a track; of Recording/State, whose turn comes only at the end, two
 * numbers an event.
 */
export class IntervalBuilder<Track extends VideoTrack> {
  readonly #recordings = new Map<string, RecordingHistory<Track>>()

  /** @param tracks - every video track to build intervals for, each once; events of others are passed over */
  constructor(tracks: Iterable<Track>) {
    for (const track of tracks) {
      const history = this.#recordings.get(track.recordingToken) ?? new RecordingHistory<Track>()
      this.#recordings.set(track.recordingToken, history)
      history.tracks.set(track.trackToken, { track, timeline: new TrackTimeline(track) })
    }
  }

  /**
   * Take the next events of the device. They may be out of order among themselves, but not earlier than those of the call before.
   *
   * @returns the intervals that are now complete
   * @throws `EventOrderError` when events of one track are in no order
   */
  receive(events: readonly StateEvent[]): Interval<Track>[] {
    const complete: Interval<Track>[] = []
    for (const event of inOrder(events)) {
      const history = this.#recordings.get(event.recordingToken)
      if (!history) continue
      if (event.subject === 'recording') {
        history.remember(event)
        continue
      }
      // That an audio track held nothing at the start does not tell that the device tells more about its tracks than about its recordings.
      if (event.origin !== 'start-state' || event.isPresent) history.preferTracks()
      const entry = history.tracks.get(event.trackToken)
      const span = entry?.timeline.receive(event)
      if (entry && span) complete.push({ track: entry.track, ...span, isCoarse: false })
    }
    return complete
  }

  /** No more events: the intervals that are left. */
  *finish(): Generator<Interval<Track>> {
    for (const history of this.#recordings.values()) {
      for (const { track, timeline } of history.tracks.values()) {
        if (timeline.isTold) {
          const span = timeline.finish()
          if (span) yield { track, ...span, isCoarse: false }
        } else {
          yield* history.untold(track)
        }
      }
    }
  }
}

const ORIGINS = ['change', 'initial', 'start-state'] as const

/** The video tracks of one recording, and what the recording's own events say. */
class RecordingHistory<Track extends VideoTrack> {
  readonly tracks = new Map<string, { readonly track: Track; readonly timeline: TrackTimeline }>()
  /** Recording/State: time and code in turn, two numbers an event, because there may be a million; `undefined` once tracks speak for themselves. */
  #remembered: number[] | undefined = []

  remember({ timeMs, isPresent, origin }: Transition): void {
    this.#remembered?.push(timeMs, ORIGINS.indexOf(origin) * 2 + (isPresent ? 1 : 0))
  }

  preferTracks(): void {
    this.#remembered = undefined
  }

  /** The intervals of a track that has no events of its own. */
  *untold(track: Track): Generator<Interval<Track>> {
    const timeline = new TrackTimeline(track)
    for (const transition of this.#transitions()) {
      const span = timeline.receive(transition)
      // These events speak of the recording job: what it wrote before the track's oldest data has been overwritten since.
      if (span && !isOver(span, track.dataFromMs)) yield { track, ...span, isCoarse: false }
    }
    if (timeline.isTold) {
      const span = timeline.finish()
      if (span) yield { track, ...span, isCoarse: false }
      return
    }
    const { dataFromMs, dataToMs, isRecording } = track
    if (dataFromMs === undefined || (!isRecording && (dataToMs === undefined || dataToMs <= dataFromMs))) return
    yield { track, startMs: dataFromMs, endMs: isRecording ? undefined : dataToMs, isCoarse: true }
  }

  *#transitions(): Generator<Transition> {
    const remembered = this.#remembered ?? []
    for (let index = 0; index + 1 < remembered.length; index += 2) {
      const code = remembered[index + 1]!
      const origin = ORIGINS[code >> 1]!
      // That a job was not running is no sign that there was data before, as it is for a track.
      yield { timeMs: remembered[index]!, isPresent: code % 2 === 1, origin: origin === 'change' ? 'initial' : origin }
    }
  }
}

function isOver({ endMs }: Span, dataFromMs: number | undefined): boolean {
  return endMs !== undefined && dataFromMs !== undefined && endMs <= dataFromMs
}

/** In order of time, start states first; almost always they are already. */
function inOrder(events: readonly StateEvent[]): readonly StateEvent[] {
  const rank = ({ origin, timeMs }: StateEvent): number => (origin === 'start-state' ? -Infinity : timeMs)
  const isOrdered = events.every((event, index) => index === 0 || rank(events[index - 1]!) <= rank(event))
  return isOrdered ? events : events.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(a) - rank(b)))
}

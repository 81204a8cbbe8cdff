import { parseDateTime } from '../date-time.js'
import { Namespace } from '../namespaces.js'
import { childOf, childrenOf, textOf, type XmlElement } from '../xml-element.js'
import type { QuirkLog } from './quirk-log.js'
import { readNotedTime } from './time-quirks.js'

/** Everything before this is a device that did not know the time: no recorder is as old. */
const FIRST_PLAUSIBLE_MS = Date.UTC(1971, 0)

/** Spans compared with each other; a device with more shows its habits in as many. */
const MAX_SPANS = 100_000

interface Span {
  readonly recording: string
  readonly source: string
  readonly fromMs: number
  readonly toMs: number
}

/** Notes what is unusual about the recordings that a device lists and the summary that it gives. */
export class RecordingQuirks {
  readonly #log: QuirkLog
  readonly #tokens = new Set<string>()
  readonly #spans: Span[] = []
  #summary: XmlElement | undefined

  constructor(log: QuirkLog) {
    this.#log = log
  }

  /** Distinct recordings listed. */
  get recordingCount(): number {
    return this.#tokens.size
  }

  /** Take in a `tse:Summary`. */
  receiveSummary(summary: XmlElement): void {
    this.#summary = summary
    readNotedTime(this.#log, textOf(summary, Namespace.schema, 'DataFrom'), 'DataFrom of the summary')
    readNotedTime(this.#log, textOf(summary, Namespace.schema, 'DataUntil'), 'DataUntil of the summary')
  }

  /** Take in a `tt:RecordingInformation`; one that was told before says nothing new. */
  receive(recording: XmlElement): void {
    const token = textOf(recording, Namespace.schema, 'RecordingToken')
    if (this.#tokens.has(token)) return
    this.#tokens.add(token)
    const time = (element: XmlElement, name: string, where: string): number | undefined =>
      readNotedTime(this.#log, textOf(element, Namespace.schema, name), `${name} of ${where}`)
    time(recording, 'EarliestRecording', `recording ${token}`)
    time(recording, 'LatestRecording', `recording ${token}`)
    const tracks = childrenOf(recording, Namespace.schema, 'Track')
    if (tracks.length === 0) this.#log.note('empty-recordings', `recording ${token} has no tracks`)
    const source = textOf(childOf(recording, Namespace.schema, 'Source'), Namespace.schema, 'SourceId')
    for (const track of tracks) {
      const trackToken = textOf(track, Namespace.schema, 'TrackToken')
      const where = `track ${trackToken} of recording ${token}`
      if (trackToken === '') this.#log.note('empty-track-token', `a track of recording ${token} has no token`)
      const fromMs = time(track, 'DataFrom', where)
      const toMs = time(track, 'DataTo', where)
      if (fromMs === undefined || toMs === undefined) continue
      this.#noteSpan(track, where, { recording: token, source, fromMs, toMs })
    }
  }

  /** Compare what can only be compared when everything has been told. */
  finish(): void {
    this.#compareSummary()
    const spans = this.#spans.toSorted((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs)
    const lastOfSource = new Map<string, Span>()
    for (const span of spans) {
      const last = lastOfSource.get(span.source)
      if (last && last.recording !== span.recording && span.fromMs < last.toMs) {
        const isIdentical = last.fromMs === span.fromMs && last.toMs === span.toMs
        const fact = `recordings ${last.recording} and ${span.recording} of source '${span.source}' both hold ${iso(span.fromMs)}`
        this.#log.note(isIdentical ? 'identical-spans' : 'overlapping-spans', fact)
      }
      if (!last || span.toMs > last.toMs) lastOfSource.set(span.source, span)
    }
  }

  #noteSpan(track: XmlElement, where: string, span: Span): void {
    const bounds = `${iso(span.fromMs)} to ${iso(span.toMs)}`
    if (span.fromMs > span.toMs) this.#log.note('start-after-end', `${where} holds ${bounds}`)
    else if (span.fromMs === span.toMs) this.#log.note('empty-recordings', `${where} holds ${bounds}`)
    if (span.fromMs < FIRST_PLAUSIBLE_MS) this.#log.note('starts-1970', `${where} holds ${bounds}`)
    const isVideo = textOf(track, Namespace.schema, 'TrackType').toLowerCase() === 'video'
    if (isVideo && span.fromMs < span.toMs && this.#spans.length < MAX_SPANS) this.#spans.push(span)
  }

  #compareSummary(): void {
    const told = textOf(this.#summary, Namespace.schema, 'NumberRecordings')
    const dataFrom = textOf(this.#summary, Namespace.schema, 'DataFrom')
    if (told === '' || Number(told) === this.recordingCount) return
    const fact = `NumberRecordings is ${told}, DataFrom '${dataFrom}', and ${listed(this.recordingCount)}`
    const hasData = (parseDateTime(dataFrom) ?? 0) > 0
    this.#log.note(told === '0' && hasData ? 'zero-recordings-with-data' : 'number-of-recordings-differs', fact)
  }
}

function iso(timeMs: number): string {
  return Number.isNaN(new Date(timeMs).getTime()) ? String(timeMs) : new Date(timeMs).toISOString()
}

/** `1 recording was listed`. */
export function listed(recordingCount: number): string {
  return recordingCount === 1 ? '1 recording was listed' : `${recordingCount} recordings were listed`
}

import { parseDateTime } from '../date-time.js'
import { Namespace } from '../namespaces.js'
import { childOf, textOf, type XmlElement } from '../xml-element.js'
import { listed } from './recording-quirks.js'
import type { QuirkLog } from './quirk-log.js'
import { readNotedTime } from './time-quirks.js'

/** Time and UtcTime of one event lie this far apart only when one of them is local. */
const LOCAL_TIME_MS = 15 * 60_000

/** Devices count whole seconds at the ends of a search. */
const WINDOW_TOLERANCE_MS = 1000

/** One event search. */
export interface EventWindow {
  /** What was asked for, ms since 1970; `undefined`: no bound. */
  readonly fromMs: number | undefined
  readonly toMs: number | undefined
  /** Whether only state events were asked for. */
  readonly isFiltered: boolean
}

/** Notes what is unusual about the events that a device lists. */
export class EventQuirks {
  readonly #log: QuirkLog
  #stateEventCount = 0
  #searchCount = 0
  #previousMs = -Infinity
  #window: EventWindow = { fromMs: undefined, toMs: undefined, isFiltered: false }

  constructor(log: QuirkLog) {
    this.#log = log
  }

  /** A search begins. */
  begin(window: EventWindow): void {
    this.#searchCount++
    this.#window = window
  }

  /** An answer begins. Each is looked at alone: one that begins again from the first result is another quirk. */
  beginAnswer(): void {
    this.#previousMs = -Infinity
  }

  /** Take in a `tt:Result`. */
  receive(result: XmlElement): void {
    const event = childOf(result, Namespace.schema, 'Event')
    const message = childOf(childOf(event, Namespace.notification, 'Message'), Namespace.schema, 'Message')
    const topic = textOf(event, Namespace.notification, 'Topic')
    const recording = textOf(result, Namespace.schema, 'RecordingToken')
    const where = `a ${topic} event of recording ${recording}`
    const timeText = textOf(result, Namespace.schema, 'Time')
    const timeMs = readNotedTime(this.#log, timeText, `Time of ${where}`)
    const utcTimeText = message?.attributes['UtcTime'] ?? ''
    const utcTimeMs = parseDateTime(utcTimeText)
    if (timeMs !== undefined && utcTimeMs !== undefined && Math.abs(timeMs - utcTimeMs) >= LOCAL_TIME_MS)
      this.#log.note('local-time', `${where} has Time '${timeText}' and UtcTime '${utcTimeText}'`)
    if (timeMs !== undefined)
      this.#noteTime(timeMs, timeText, where, textOf(result, Namespace.schema, 'StartStateEvent'))

    const subject = /RecordingHistory\/(?:\w+:)?(Track|Recording)\/(?:\w+:)?State$/.exec(topic)?.[1]
    if (subject) this.#stateEventCount++
    else if (this.#window.isFiltered) this.#log.note('unrelated-topics', `asked for state events, got ${where}`)
    if (subject === 'Track' && textOf(result, Namespace.schema, 'TrackToken') === '')
      this.#log.note('empty-track-token', `${where} has no TrackToken`)
  }

  /**
   * Say what only shows at the end.
   *
   * @param recordingCount - how many recordings there are
   */
  finish(recordingCount: number): void {
    if (this.#searchCount > 0 && this.#stateEventCount === 0 && recordingCount > 0)
      this.#log.note('no-events', `${listed(recordingCount)}, and no Track/State or Recording/State event`)
  }

  #noteTime(timeMs: number, text: string, where: string, startState: string): void {
    const { fromMs = -Infinity, toMs = Infinity } = this.#window
    const isInside = timeMs >= fromMs - WINDOW_TOLERANCE_MS && timeMs <= toMs + WINDOW_TOLERANCE_MS
    // A start state stands for what was before the search.
    if (!isInside && !/^(true|1)$/i.test(startState))
      this.#log.note('events-outside-window', `asked for ${iso(fromMs)} to ${iso(toMs)}, got ${where} at '${text}'`)
    if (timeMs < this.#previousMs)
      this.#log.note('results-shuffled', `${where} at '${text}' came behind one at ${iso(this.#previousMs)}`)
    this.#previousMs = timeMs
  }
}

function iso(timeMs: number): string {
  return Number.isFinite(timeMs) ? new Date(timeMs).toISOString() : 'any time'
}

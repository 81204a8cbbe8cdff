import { createHash, type Hash } from 'node:crypto'
import { parseDateTime } from '../date-time.js'
import { Namespace } from '../namespaces.js'
import type { OnvifExchange } from '../onvif-exchange.js'
import { childOf, type XmlElement } from '../xml-element.js'
import { XmlError } from '../xml-error.js'
import { EventQuirks } from './event-quirks.js'
import { QuirkLog, type Quirk } from './quirk-log.js'
import { readAnswer, requestText, type ReadAnswer } from './read-answer.js'
import { RecordingQuirks } from './recording-quirks.js'
import { SearchQuirks } from './search-quirks.js'
import { TransportQuirks } from './transport-quirks.js'

/**
 * Finds what is unusual about a device from its raw exchanges alone, so that it sees also what the driver mends in silence.
 */
export class QuirkDetector {
  readonly #log = new QuirkLog()
  readonly #transport: TransportQuirks
  readonly #search = new SearchQuirks(this.#log)
  readonly #recordings = new RecordingQuirks(this.#log)
  readonly #events = new EventQuirks(this.#log)

  /**
   * @param reachedAt - the device service, as we were told
   * @param nowMs - our own clock, ms since 1970
   */
  constructor(reachedAt: URL, nowMs: () => number) {
    this.#transport = new TransportQuirks(this.#log, reachedAt, nowMs)
  }

  /** Distinct recordings listed so far. */
  get recordingCount(): number {
    return this.#recordings.recordingCount
  }

  /** Take in the next exchange. */
  receive(exchange: OnvifExchange): void {
    const content = createHash('sha256')
    this.#events.beginAnswer()
    let answer: ReadAnswer
    try {
      answer = readAnswer(exchange.responseOctets, (result) => this.#receiveResult(result, content))
    } catch (error) {
      if (!(error instanceof XmlError)) throw error
      this.#transport.receiveUnread(exchange)
      if (exchange.status === 200) this.#log.note('unreadable-reply', `${exchange.operation}: ${error.message}`)
      return
    }
    this.#transport.receive(exchange, answer)
    this.#search.receive(exchange, answer, content.digest('base64'))
    const summary = childOf(answer.body, Namespace.search, 'Summary')
    if (summary) this.#recordings.receiveSummary(summary)
    if (answer.body.name === 'FindEventsResponse') {
      this.#events.begin({
        fromMs: parseDateTime(requestText(exchange, 'StartPoint')),
        toMs: parseDateTime(requestText(exchange, 'EndPoint')),
        isFiltered: requestText(exchange, 'TopicExpression') !== '',
      })
    }
  }

  /**
   * Say what was found; call it once, at the end.
   *
   * @param isListed - whether the recordings could be listed to their end: otherwise nothing follows from what was not seen
   */
  finish(isListed: boolean): readonly Quirk[] {
    if (isListed) {
      this.#recordings.finish()
      this.#events.finish(this.#recordings.recordingCount)
    }
    return this.#log.quirks
  }

  #receiveResult(result: XmlElement, content: Hash): void {
    content.update(textsOf(result))
    if (result.name === 'RecordingInformation') this.#recordings.receive(result)
    else if (result.name === 'Result') this.#events.receive(result)
  }
}

/** Everything that an element says; the same for the same result told twice. */
function textsOf({ text, attributes, children }: XmlElement): string {
  return `${text.trim()}\n${Object.values(attributes).join('\n')}\n${children.map(textsOf).join('\n')}`
}

import { LAST_MOMENT_MS, parseDateTime } from './date-time.js'
import { Namespace } from './namespaces.js'
import { ownText } from './own-text.js'
import type { ResultReader } from './search-session.js'
import { StateTopic } from './soap-request.js'
import { XmlError } from './xml-error.js'
import type { XmlAttributes, XmlName } from './xml-names.js'

/** A recording or a track came to hold data, or ceased to. */
export interface StateEvent {
  /** `track`: Track/State, about data. `recording`: Recording/State, about the recording job, and so about every track of it. */
  readonly subject: 'track' | 'recording'
  readonly recordingToken: string
  /** Of the recording that the event was found in: by the specification the same. Empty where the device leaves it out. */
  readonly foundInToken: string
  /** Empty for a recording, and where the device names no track. */
  readonly trackToken: string
  /** Ms since 1970. */
  readonly timeMs: number
  /** The state from that moment on. */
  readonly isPresent: boolean
  /**
   * `change`: it changed then. `initial`: the device began to watch it then. `start-state`: made up for our search; it tells the state, but not since
   * when.
   */
  readonly origin: 'change' | 'initial' | 'start-state'
}

/** What an event's topic says. */
interface KnownTopic {
  /** As written. */
  readonly topic: string
  /** `undefined`: nothing that a listing needs. */
  readonly subject: StateEvent['subject'] | undefined
}

/** Topics are a few; more than this are split each time, so that hostile ones fill no memory. */
const MAX_KNOWN_TOPICS = 100

/**
 * Names, each with a prefix or without, by the specification; other devices' topics only have to look like any. Of a trimmed text: blanks that could belong to a name or
 * stand behind it would be tried as both, and a quarter of a million of them took minutes.
 */
const TOPIC = /^[^\s/<>"&|]+(?:\/[^/<>"&|]+)*$/

/**
 * Reads the `tt:Result` elements of an event search as they arrive, without making an object of any: there may be a million. The one event object
 * is used again for each.
 *
 * When: the result's Time, which the search orders by and the specification ties to the recording; the message's UtcTime, which some devices set to the
 * moment of sending or to local time, only where Time is missing or unreadable. Which recording and track: as the message's source says, because a
 * result's own TrackToken names the track that holds the event, which can be the metadata track.
 */
export class StateEventReader implements ResultReader {
  readonly #receive: (event: StateEvent) => void
  readonly #topics = new Map<string, KnownTopic>()
  #latestTopic: KnownTopic | undefined
  readonly #event: { -readonly [Key in keyof StateEvent]: StateEvent[Key] } = {
    subject: 'track',
    recordingToken: '',
    foundInToken: '',
    trackToken: '',
    timeMs: 0,
    isPresent: false,
    origin: 'change',
  }
  #fingerprint = 0
  /** How the first state event of the search writes its topic; `undefined` before there was one. */
  #stateDialect: string | undefined
  /** Whether some state event has a Time that can be read. */
  #hasTimes = false
  /** Whether the source of the first state event of a subject names a recording, and whether its result does. */
  readonly #namesSource = new Map<StateEvent['subject'], boolean>()
  readonly #namesResult = new Map<StateEvent['subject'], boolean>()

  // What is known of the result at hand.
  #eventCount = 0
  #topic = ''
  #dialect = ''
  #resultRecording = ''
  #resultTrack = ''
  #time = ''
  #utcTime = ''
  #propertyOperation = ''
  #sourceRecording: string | undefined
  #sourceTrack: string | undefined
  #isDataPresent: string | undefined
  #isRecording: string | undefined
  #isStartState = ''
  #items: 'source' | 'data' | undefined

  /** @param receive - is handed each state event; it may keep values of it, but not the object */
  constructor(receive: (event: StateEvent) => void) {
    this.#receive = receive
  }

  takeFingerprint(): number {
    const fingerprint = this.#fingerprint
    this.#fingerprint = 0
    return fingerprint
  }

  open(name: XmlName, attributes: XmlAttributes, depth: number): void {
    if (depth === 0) this.#reset()
    else if (depth === 1) {
      if (name.name === 'Event' && ++this.#eventCount > 1)
        throw new XmlError('expected one Event in every Result, got two')
    } else if (depth === 2) {
      if (name.name === 'Topic') this.#dialect = attributes['Dialect'] ?? ''
    } else if (name.name === 'SimpleItem') this.#takeItem(attributes['Name'], attributes['Value'])
    else if (depth === 5 && name.namespace === '') {
      throw new XmlError(`expected items in a Message, got <${name.name.slice(0, 80)}> without a namespace`)
    } else if (depth === 3 && name.name === 'Message') {
      this.#utcTime = attributes['UtcTime'] ?? ''
      this.#propertyOperation = attributes['PropertyOperation'] ?? ''
    } else if (depth === 4) {
      this.#items = name.name === 'Source' ? 'source' : name.name === 'Data' ? 'data' : undefined
    }
  }

  close({ name, namespace }: XmlName, text: string, depth: number): void {
    if (depth === 0) {
      this.#finish()
    } else if (depth === 1) {
      if (namespace !== Namespace.schema) return
      if (name === 'RecordingToken') this.#resultRecording = text.trim()
      else if (name === 'TrackToken') this.#resultTrack = text.trim()
      else if (name === 'Time') this.#time = text
      else if (name === 'StartStateEvent') this.#isStartState = text.trim()
    } else if (depth === 2 && name === 'Topic' && namespace === Namespace.notification) {
      this.#topic = text
    } else if (depth === 4) {
      this.#items = undefined
    }
  }

  #reset(): void {
    this.#eventCount = 0
    this.#topic = ''
    this.#dialect = ''
    this.#resultRecording = ''
    this.#resultTrack = ''
    this.#time = ''
    this.#utcTime = ''
    this.#propertyOperation = ''
    this.#sourceRecording = undefined
    this.#sourceTrack = undefined
    this.#isDataPresent = undefined
    this.#isRecording = undefined
    this.#isStartState = ''
  }

  #takeItem(name: string | undefined, value: string | undefined): void {
    if (name === undefined || value === undefined) return
    if (this.#items === 'source') {
      if (name === 'RecordingToken' || name === 'Recording') this.#sourceRecording = value.trim()
      else if (name === 'Track') this.#sourceTrack = value.trim()
    } else if (this.#items === 'data') {
      if (name === 'IsDataPresent') this.#isDataPresent = value
      else if (name === 'IsRecording') this.#isRecording = value
    }
  }

  #finish(): void {
    const resultMs = readTime(this.#time)
    const timeMs = resultMs ?? readTime(this.#utcTime)
    const subject = this.#subjectOf(this.#topic)
    this.#mix(timeMs ?? 0)
    if (subject === undefined) {
      this.#refuseStateOfOtherTopic()
      return
    }
    this.#refuseOtherDialect(subject)
    this.#refuseOtherPlace(subject, 'source', this.#sourceRecording !== undefined)
    this.#refuseOtherPlace(subject, 'result', this.#resultRecording !== '')
    this.#refuseUnreadableTime(subject, resultMs !== undefined)
    if (timeMs === undefined) {
      throw new XmlError(`expected a time in every ${StateTopic[subject]} event, got '${this.#time || this.#utcTime}'`)
    }
    const stateName = subject === 'track' ? 'IsDataPresent' : 'IsRecording'
    const state = subject === 'track' ? this.#isDataPresent : this.#isRecording
    const isPresent = parseBoolean(state)
    if (isPresent === undefined) {
      throw new XmlError(
        `expected ${stateName} true or false in every ${StateTopic[subject]} event, got '${state ?? ''}'`,
      )
    }
    const event = this.#event
    event.subject = subject
    event.recordingToken = this.#sourceRecording || this.#resultRecording
    event.foundInToken = this.#resultRecording
    event.trackToken = subject === 'recording' ? '' : this.#sourceTrack || this.#resultTrack
    event.timeMs = timeMs
    event.isPresent = isPresent
    event.origin = readOrigin(this.#isStartState, this.#propertyOperation)
    this.#mix((isPresent ? 1 : 2) + event.recordingToken.length * 4 + event.trackToken.length * 1024)
    this.#receive(event)
  }

  /** By these items alone a listing knows what is recorded: an event that has them is about it, and its topic is written wrongly. */
  #refuseStateOfOtherTopic(): void {
    const isOfJob = this.#isRecording !== undefined && this.#sourceRecording !== undefined
    if (this.#isDataPresent === undefined && !isOfJob) return
    const [item, topic] = isOfJob ? ['IsRecording', StateTopic.recording] : ['IsDataPresent', StateTopic.track]
    throw new XmlError(`expected the topic ${topic} of an event with ${item}, got '${this.#topic.trim().slice(0, 80)}'`)
  }

  /** Whatever dialect a device names, it names it always. */
  #refuseOtherDialect(subject: StateEvent['subject']): void {
    this.#stateDialect ??= ownText(this.#dialect)
    if (this.#dialect === this.#stateDialect) return
    throw new XmlError(
      `expected the dialect '${this.#stateDialect}' of every ${StateTopic[subject]} event, got '${this.#dialect.slice(0, 80)}'`,
    )
  }

  /** A device that leaves the recording out of the sources, or the results, of one kind of event does so always. */
  #refuseOtherPlace(subject: StateEvent['subject'], place: 'source' | 'result', isNamed: boolean): void {
    const names = place === 'source' ? this.#namesSource : this.#namesResult
    const known = names.get(subject)
    if (known === undefined) names.set(subject, isNamed)
    if (known === undefined || isNamed === known) return
    const [expected, got] = isNamed ? ['no recording', 'one'] : ['a recording', 'none']
    throw new XmlError(
      `expected ${expected} in the ${place} of every ${StateTopic[subject]} event, as in others, got ${got}`,
    )
  }

  /** A device that writes times so that nobody can read them does so always; one that leaves them out at times means nothing by it. */
  #refuseUnreadableTime(subject: StateEvent['subject'], isReadable: boolean): void {
    this.#hasTimes ||= isReadable
    if (isReadable || !this.#hasTimes || this.#time.trim() === '') return
    throw new XmlError(
      `expected a time in every ${StateTopic[subject]} event, as in others, got '${this.#time.trim().slice(0, 80)}'`,
    )
  }

  /** In no order, because a device may shuffle what it tells again. */
  #mix(value: number): void {
    this.#fingerprint = (this.#fingerprint + Math.imul(value % 0x1_0000_0000, 0x9e37_79b1)) | 0
  }

  #subjectOf(topic: string): StateEvent['subject'] | undefined {
    // Almost every event is of the same topic as the one before it, and comparing is faster than looking up.
    let known = this.#latestTopic
    if (known?.topic !== topic) this.#latestTopic = known = this.#topics.get(topic) ?? this.#readTopic(topic)
    return known.subject
  }

  #readTopic(topic: string): KnownTopic {
    if (!TOPIC.test(topic.trim())) throw new XmlError(`expected a Topic in every event, got '${topic.slice(0, 80)}'`)
    const path = localPath(topic)
    const subject = path === StateTopic.track ? 'track' : path === StateTopic.recording ? 'recording' : undefined
    const known: KnownTopic = { topic: ownText(topic), subject }
    if (this.#topics.size < MAX_KNOWN_TOPICS) this.#topics.set(known.topic, known)
    return known
  }
}

/** `tns1:RecordingHistory/Track/State` without its prefix: the only ONVIF topics that we ask about, under whatever prefix a device writes them. */
function localPath(topic: string): string {
  return topic
    .trim()
    .split('/')
    .map((step) => step.slice(step.indexOf(':') + 1))
    .join('/')
}

/** Times of five-digit years are none: no clock is meant. */
function readTime(text: string): number | undefined {
  const timeMs = parseDateTime(text)
  return timeMs !== undefined && Math.abs(timeMs) <= LAST_MOMENT_MS ? timeMs : undefined
}

/** Left out or empty, they say nothing. Anything else has to be a word of the specification: what it means decides where an interval begins. */
function readOrigin(isStartState: string, propertyOperation: string): StateEvent['origin'] {
  if (isStartState !== '') {
    const isMadeUp = parseBoolean(isStartState)
    if (isMadeUp === undefined) throw new XmlError(`expected StartStateEvent true or false, got '${isStartState}'`)
    if (isMadeUp) return 'start-state'
  }
  switch (propertyOperation.toLowerCase()) {
    case 'initialized':
      return 'initial'
    case 'changed':
    case 'deleted':
    case '':
      return 'change'
    default:
      throw new XmlError(`expected PropertyOperation Initialized, Changed or Deleted, got '${propertyOperation}'`)
  }
}

/** Devices write True, TRUE and, as xs:boolean allows, 1. */
function parseBoolean(text: string | undefined): boolean | undefined {
  if (text === 'true') return true
  if (text === 'false') return false
  switch (text?.trim().toLowerCase()) {
    case 'true':
    case '1':
      return true
    case 'false':
    case '0':
      return false
    default:
      return undefined
  }
}

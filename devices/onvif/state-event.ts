import { parseDateTime } from './date-time.js'
import { Namespace } from './namespaces.js'
import { StateTopic } from './soap-request.js'
import { childOf, textOf, XmlError, type XmlElement } from './xml-reader.js'

/** A recording or a track came to hold data, or ceased to. */
export interface StateEvent {
  /** `track`: Track/State, about data. `recording`: Recording/State, about the recording job, and so about every track of it. */
  readonly subject: 'track' | 'recording'
  readonly recordingToken: string
  /** Empty for a recording. */
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

/**
 * Read a `tt:Result` of an event search.
 *
 * When: the result's Time, which the search orders by and the specification ties to the recording; the message's UtcTime, which some devices set to the
 * moment of sending, only where Time is missing or unreadable. Which recording and track: as the message's source says, because a result's own TrackToken
 * names the track that holds the event, which can be the metadata track.
 *
 * @returns `undefined` for an event of another topic
 * @throws {@link XmlError} for a state event without a readable time or state
 */
export function readStateEvent(element: XmlElement): StateEvent | undefined {
  const event = childOf(element, Namespace.schema, 'Event')
  const topic = localPath(textOf(event, Namespace.notification, 'Topic'))
  const subject = topic === StateTopic.track ? 'track' : topic === StateTopic.recording ? 'recording' : undefined
  if (!subject) return undefined
  const message = childOf(childOf(event, Namespace.notification, 'Message'), Namespace.schema, 'Message')
  const source = simpleItems(childOf(message, Namespace.schema, 'Source'))
  const data = simpleItems(childOf(message, Namespace.schema, 'Data'))

  const timeText = textOf(element, Namespace.schema, 'Time')
  const utcTimeText = message?.attributes['UtcTime'] ?? ''
  const timeMs = parseDateTime(timeText) ?? parseDateTime(utcTimeText)
  if (timeMs === undefined)
    throw new XmlError(`expected a time in every ${topic} event, got '${timeText || utcTimeText}'`)

  const stateName = subject === 'track' ? 'IsDataPresent' : 'IsRecording'
  const isPresent = parseBoolean(data.get(stateName))
  if (isPresent === undefined) {
    throw new XmlError(
      `expected ${stateName} true or false in every ${topic} event, got '${data.get(stateName) ?? ''}'`,
    )
  }
  const isStartState = parseBoolean(textOf(element, Namespace.schema, 'StartStateEvent')) === true
  return {
    subject,
    recordingToken:
      source.get('RecordingToken') ?? source.get('Recording') ?? textOf(element, Namespace.schema, 'RecordingToken'),
    trackToken: subject === 'recording' ? '' : (source.get('Track') ?? textOf(element, Namespace.schema, 'TrackToken')),
    timeMs,
    isPresent,
    origin: isStartState
      ? 'start-state'
      : message?.attributes['PropertyOperation'] === 'Initialized'
        ? 'initial'
        : 'change',
  }
}

/** `tns1:RecordingHistory/Track/State` without its prefix: the only ONVIF topics that we ask about, under whatever prefix a device writes them. */
function localPath(topic: string): string {
  return topic
    .split('/')
    .map((step) => step.slice(step.indexOf(':') + 1))
    .join('/')
}

function simpleItems(element: XmlElement | undefined): ReadonlyMap<string, string> {
  const items = new Map<string, string>()
  for (const { name, attributes } of element?.children ?? []) {
    const { Name, Value } = attributes as { readonly Name?: string; readonly Value?: string }
    if (name === 'SimpleItem' && Name !== undefined && Value !== undefined) items.set(Name, Value.trim())
  }
  return items
}

/** Devices write True, TRUE and, as xs:boolean allows, 1. */
function parseBoolean(text: string | undefined): boolean | undefined {
  switch (text?.toLowerCase()) {
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

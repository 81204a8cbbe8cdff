/** How an exchange ended, seen from the endpoint. */
export const EndpointVerdict = [
  /** Every announced resource is here, and the converter was told so three times. */
  'complete',
  /** Resources are missing and stay so; the converter was told. */
  'abandoned',
  /** The converter answered with a status above PENDING. */
  'refused',
  /** No final RESPONSE and no resource came: nothing could be tested. */
  'no-response',
  /** The converter contradicted itself or the protocol; it was told ABANDON. */
  'contradiction',
  /** Our own side stopped. */
  'aborted',
] as const
export type EndpointVerdict = (typeof EndpointVerdict)[number]

/** The converter's final RESPONSE came, at most once in an exchange; PENDING is not final. */
export interface ResponseEvent {
  readonly type: 'response'
  /** The protocol's name, such as `OK`; the decimal where it has none. */
  readonly status: string
  readonly count: number
}

/** One resource, handed out once, in ascending sequence. */
export interface ResourceEvent {
  readonly type: 'resource'
  /** From 1. */
  readonly sequence: number
  /** Milliseconds since 1970, within what a `Date` can hold. */
  readonly startMs: number
  /** Exclusive; undefined: still recording. */
  readonly endMs: number | undefined
  /** From 1. */
  readonly channel: number
  /** A bit set: 1 continuous, 2 motion, 4 alarm, 8 manual. 0: not told. */
  readonly kinds: number
  /** 16 hex digits. */
  readonly key: string
  /** 0: not told. Rounded above 2^53. */
  readonly sizeBytes: number
}

/** A round is over, by its ROUND_END or by silence. */
export interface RoundEndedEvent {
  readonly type: 'roundEnded'
  /** From 0. */
  readonly round: number
  /** Distinct resources received so far. */
  readonly received: number
  readonly count: number
}

/** The last event of every exchange. */
export interface EndEvent {
  readonly type: 'end'
  readonly verdict: EndpointVerdict
  /** A sentence for people. */
  readonly why: string
  /** Distinct resources received. */
  readonly received: number
  /** As the converter announced it; undefined: never told. */
  readonly count: number | undefined
  /** Rounds begun. */
  readonly rounds: number
  /**
   * RESOURCE packets that brought a sequence again unasked: twice in one round, late from an earlier round, in a selective round without
   * having been missing (as it must when no MISSING packet reached the converter), or in a round nobody asked for.
   */
  readonly duplicates: number
}

/** What happens in an exchange, in this order: response, resources and ended rounds, end. */
export type EndpointEvent = ResponseEvent | ResourceEvent | RoundEndedEvent | EndEvent

import type { MessageName } from '../../evidence/record.js'

/** Who sent a packet. */
export type Sender = 'converter' | 'endpoint'

/** What became of the packets of one step. `sent`: nobody watched where they went; `mixed`: many, summed up. */
export type StepFate = 'arrived' | 'sent' | 'dropped' | 'duplicated' | 'delayed' | 'corrupted' | 'rejected' | 'mixed'

/** One arrow of an exchange: a packet, or a run of packets of one kind and fate. */
export interface Step {
  /** When the first and the last of them were seen, µs since the run began. */
  readonly t: number
  readonly lastT: number
  readonly from: Sender
  /** Null: packets that nobody could read. */
  readonly message: MessageName | null
  readonly fate: StepFate
  readonly round: number | null
  /** RESOURCE: the least and the greatest sequence; otherwise null. */
  readonly first: number | null
  readonly last: number | null
  readonly count: number
  /** Of a `mixed` step: how many of them were dropped. */
  readonly dropped: number
  /** What the message says, in words; of several, what the first says. */
  readonly note: string
}

/** How many distinct resources had arrived by a moment. */
export interface Arrival {
  /** µs since the run began. */
  readonly t: number
  readonly received: number
}

/** What happened in one exchange, told from the evidence, short enough to be drawn however long it was. */
export interface ExchangeStory {
  readonly flow: string
  readonly exchange: number
  readonly steps: readonly Step[]
  /** Packets that belong to no step, because there were too many kinds of them. */
  readonly untold: number
  /** From here on RESOURCE packets are summed up by round; undefined where each run of them is a step. */
  readonly summedFrom: number | undefined
  readonly startT: number
  readonly endT: number
  /** What the final RESPONSE announced, whether or not it arrived; null when none was seen. */
  readonly announced: number | null
  readonly arrivals: readonly Arrival[]
  /** When each round began. */
  readonly rounds: readonly { readonly round: number; readonly t: number }[]
  /** Drops over time: how many in each of equal spans since `startT`. */
  readonly drops: { readonly spanMicroseconds: number; readonly counts: readonly number[] }
  /** RESOURCE packets: sent by the converter (0 where it is a black box), arrived, dropped on purpose, sent in rounds after the first. */
  readonly resources: {
    readonly sent: number
    readonly arrived: number
    readonly dropped: number
    readonly again: number
  }
}

/** Every exchange of a run, or as many as are told. */
export interface RunStories {
  readonly stories: readonly ExchangeStory[]
  /** Exchanges beyond those. */
  readonly untold: number
  /** Why the evidence could not be read to its end; undefined where it was. */
  readonly failure: string | undefined
}

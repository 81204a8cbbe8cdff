/** Where an exchange stands at the endpoint. */
export type ExchangePhase =
  /** REQUEST goes out; nothing final came. */
  | 'asking'
  /** Resources of the current round come. */
  | 'collecting'
  /** The current round left something missing; MISMATCH is repeated until a later round begins. */
  | 'reporting'
  /** Everything is here, but no RESPONSE told the count yet: REQUEST still goes out. */
  | 'holding'
  /** COMPLETE goes out, three times. */
  | 'confirming'
  /** The RESPONSE refused; is it true that nothing follows? */
  | 'refused'
  /** Quiet for ever. */
  | 'ended'

/** What can happen to an exchange. */
export type ExchangeHappening =
  | 'answered'
  | 'resourcesCame'
  | 'unanswered'
  | 'requestRefused'
  | 'roundFull'
  | 'roundFullUnconfirmed'
  | 'roundShort'
  | 'laterRoundBegan'
  | 'finished'

/** The way out that every open phase has: completion, refusal, abandonment, contradiction, abort. */
const WAY_OUT = { finished: 'ended' } as const

/** What each phase does with what happens; what it does not name changes nothing. */
export const exchangeTransitions: Readonly<
  Record<ExchangePhase, Readonly<Partial<Record<ExchangeHappening, ExchangePhase>>>>
> = {
  asking: { ...WAY_OUT, answered: 'collecting', resourcesCame: 'collecting', requestRefused: 'refused' },
  collecting: { ...WAY_OUT, roundFull: 'confirming', roundFullUnconfirmed: 'holding', roundShort: 'reporting' },
  reporting: { ...WAY_OUT, laterRoundBegan: 'collecting' },
  holding: { ...WAY_OUT, answered: 'confirming', unanswered: 'confirming' },
  confirming: WAY_OUT,
  refused: WAY_OUT,
  ended: {},
}

/** What a case is about, or asks for; a plan chooses by it. */
export const CaseTag = ['device', 'exchange', 'range', 'refusal', 'network', 'power', 'replay', 'ptz', 'long'] as const
export type CaseTag = (typeof CaseTag)[number]

/** Every case of the catalogue by its id, in the order in which they run, with its tags. It imports nothing, so that a bench file can be checked by it. */
export const CASES = {
  reach: ['device'],
  identify: ['device'],
  list: ['device'],
  'count-agrees': ['exchange'],
  clean: ['exchange'],
  'loss-full': ['exchange', 'network'],
  'loss-selective': ['exchange', 'network'],
  'lost-response': ['exchange', 'network'],
  'lost-round-end': ['exchange', 'network'],
  'repeated-request': ['exchange', 'network'],
  'two-endpoints': ['exchange'],
  'loss-10': ['network'],
  'loss-30': ['network'],
  'loss-50': ['network'],
  reordered: ['network'],
  duplicated: ['network'],
  corrupted: ['network'],
  slow: ['network'],
  'empty-range': ['range'],
  'narrow-range': ['range'],
  'recording-grows': ['device'],
  'replay-describe': ['replay'],
  'head-obeys': ['ptz'],
  'boot-time': ['power'],
  'listing-after-power-cut': ['power'],
  'clock-after-power-cut': ['power'],
  'power-cut-when-asked': ['power'],
  'power-cut-between-rounds': ['power'],
  'restarting-device': ['power'],
  'twenty-power-cycles': ['power', 'long'],
  'wrong-credentials': ['refusal'],
  'unknown-device': ['refusal'],
} as const satisfies Readonly<Record<string, readonly CaseTag[]>>

/** The id of a case of the catalogue. */
export type CaseId = keyof typeof CASES

/** Every id, in the order in which the cases run. */
export const CASE_IDS = Object.keys(CASES) as readonly CaseId[]

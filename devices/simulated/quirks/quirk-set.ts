import { DeviceErrorCode, nearestWord } from 'viewnet/device'
import { QUIRKS, type QuirkName } from './quirks.js'

/** Of each group, one at most: the others say the contrary, or would never show. */
const CONTRADICTIONS: readonly (readonly QuirkName[])[] = [
  ['same-results-again', 'state-queued', 'state-unknown', 'completed-early', 'one-big-reply'],
  ['max-results-ignored', 'state-queued'],
  ['max-results-ignored', 'state-unknown'],
  ['max-results-ignored', 'completed-early'],
  ['one-recording', 'recording-per-clip'],
  ['no-events', 'events-outside-window'],
  ['no-events', 'unrelated-topics'],
  ['no-events', 'empty-track-token'],
  ['no-events', 'local-time'],
  ['no-events', 'start-after-end'],
  ['times-without-zone', 'times-with-offset'],
  ['filters-ignored', 'filters-refused', 'source-filter-misused'],
  ['filters-ignored', 'events-outside-window'],
  ['http-digest-only', 'http-digest-and-wss', 'no-authentication'],
  ['closes-on-401', 'no-authentication'],
  ['clock-minutes-off', 'clock-hours-off'],
  ['replay-port-closed', 'replay-silent', 'replay-without-media', 'no-search'],
  ['replay-basic-only', 'replay-port-closed', 'replay-silent', 'no-authentication', 'no-search'],
  ['chunked', 'unterminated-reply', 'stops-half-way', 'drips', 'never-starts'],
  [
    'stops-half-way',
    'drips',
    'never-starts',
    'fault-500',
    'fault-200',
    'empty-body',
    'html',
    'nul-octets',
    'truncated-xml',
    'dtd',
    'entity-bomb',
    'huge-reply',
    'no-search',
  ],
]

/** What a right driver calls a listing that a quirk makes impossible. */
const EXPECTED_FAILURES: Readonly<Partial<Record<QuirkName, DeviceErrorCode>>> = {
  'stops-half-way': DeviceErrorCode.unreachable,
  drips: DeviceErrorCode.unreachable,
  'never-starts': DeviceErrorCode.unreachable,
  'fault-500': DeviceErrorCode.fault,
  'fault-200': DeviceErrorCode.fault,
  'empty-body': DeviceErrorCode.fault,
  html: DeviceErrorCode.fault,
  'nul-octets': DeviceErrorCode.fault,
  'truncated-xml': DeviceErrorCode.fault,
  dtd: DeviceErrorCode.fault,
  'entity-bomb': DeviceErrorCode.fault,
  'huge-reply': DeviceErrorCode.fault,
  'no-search': DeviceErrorCode.unsupported,
}

/** Quirks that make no sense without a user and a password. */
const PROTECTED: readonly QuirkName[] = [
  'http-digest-only',
  'http-digest-and-wss',
  'closes-on-401',
  'replay-basic-only',
]

/** The quirks of one recorder: known, each once, none against another. */
export type QuirkSet = ReadonlySet<QuirkName>

/** Whether a word is the name of a quirk. */
export function isQuirkName(word: string): word is QuirkName {
  return Object.hasOwn(QUIRKS, word)
}

/**
 * What is wrong with a list of quirks, for people, naming each; empty when nothing is.
 *
 * @param names - as given
 * @param hasUser - whether the recorder has a user and a password
 */
export function quirkProblems(names: readonly string[], hasUser: boolean): readonly string[] {
  const unknown = names
    .filter((name) => !isQuirkName(name))
    .map((name) => `unknown quirk '${name}'${nearestWord(name, Object.keys(QUIRKS))}`)
  const given = new Set(names.filter(isQuirkName))
  const contradictory = CONTRADICTIONS.map((group) => group.filter((name) => given.has(name)))
    .filter((together) => together.length > 1)
    .map((together) => `quirks ${together.map((name) => `'${name}'`).join(' and ')} contradict each other`)
  const unprotected = PROTECTED.filter((name) => !hasUser && given.has(name)).map(
    (name) => `quirk '${name}' needs a user and a password`,
  )
  return [...unknown, ...contradictory, ...unprotected]
}

/** What a right driver's listing fails with; `undefined` when it does not. No two quirks that go together expect different failures. */
export function expectedFailureOf(quirks: QuirkSet): DeviceErrorCode | undefined {
  for (const name of quirks) {
    const code = EXPECTED_FAILURES[name]
    if (code !== undefined) return code
  }
  return undefined
}

/** The entries of a table that the quirks name, in the order of the table: later ones build on earlier ones. */
export function chosenFrom<Entry>(table: Readonly<Partial<Record<QuirkName, Entry>>>, quirks: QuirkSet): Entry[] {
  return Object.entries(table)
    .filter(([name]) => isQuirkName(name) && quirks.has(name))
    .map(([, entry]) => entry)
}

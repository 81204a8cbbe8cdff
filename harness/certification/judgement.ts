import { DeviceError, DeviceErrorCode, ViewnetError } from 'viewnet/device'
import { BenchError } from '../bench/errors.js'
import type { Fate } from '../evidence/index.js'
import type { Measurement, Outcome, RunCounts } from '../report/index.js'
import type { CaseResult, ObservedExchange } from './case.js'
import { heldTo, type Limit } from './held-to.js'

/** What a case asks of an exchange beyond the verifier's rules. */
export interface Expectation {
  /** Status of the final RESPONSE, by its name. */
  readonly status: string
  /** Resources announced; undefined: any number. */
  readonly announced?: number | undefined
  /** Packets that the impairment must have dropped at least: a loss that did not happen proves nothing. */
  readonly droppedLeast?: number
  /** Whether the endpoint may also give up by the rules (32 rounds, or 3 that brought nothing), as it may on a path that loses half of everything. */
  readonly mayGiveUp?: boolean
  /** Fates that packets must have met on the path: an impairment that did nothing proves nothing. */
  readonly fates?: readonly Fate[]
  /** What its duration is held to; undefined: nothing. */
  readonly exchangeMs?: Limit | undefined
}

/** Judge one exchange, from the published evidence alone. */
export function judgeExchange(observed: ObservedExchange, expectation: Expectation): CaseResult {
  const duration = heldTo('exchangeMs', Math.round(observed.durationMs), expectation.exchangeMs)
  const measurements = [...measure(observed, expectation), duration.measurement]
  const conclude = (outcome: Outcome, why: string): CaseResult => ({ outcome, measurements, why })
  const { verdict, summary } = observed
  const [finding] = verdict.findings
  if (verdict.verdict !== 'pass') {
    const why = finding
      ? `${finding.rule}: expected ${finding.expected}, got ${finding.got}`
      : 'the evidence shows nothing'
    return conclude(verdict.verdict, why)
  }
  if (!summary) return conclude('could-not-test', 'the evidence shows no exchange')
  if (summary.status !== expectation.status) {
    return conclude('fail', `expected a RESPONSE of status ${expectation.status}, got ${summary.status ?? 'none'}`)
  }
  if (expectation.announced !== undefined && summary.announced !== expectation.announced) {
    return conclude('fail', `expected ${expectation.announced} resources announced, got ${summary.announced ?? 'none'}`)
  }
  const end = expectation.status === 'OK' ? 'complete' : 'refused'
  const isGivenUp = expectation.mayGiveUp === true && summary.end === 'abandoned'
  if (summary.end !== end && !isGivenUp)
    return conclude('fail', `expected the exchange to end ${end}, it ended ${summary.end}`)
  if (summary.dropped < (expectation.droppedLeast ?? 0)) {
    return conclude(
      'could-not-test',
      `the impairment dropped ${summary.dropped} packets; at least ${expectation.droppedLeast} were to be lost`,
    )
  }
  const absent = (expectation.fates ?? []).filter((fate) => !observed.fates.has(fate))
  if (absent.length > 0) return conclude('could-not-test', `the impairment left no packet ${absent.join(' or ')}`)
  if (duration.problem !== '') return conclude('fail', duration.problem)
  return conclude('pass', isGivenUp ? 'the endpoint gave up by the rules' : '')
}

function measure(
  { summary, fates }: ObservedExchange,
  { announced, droppedLeast, fates: expectedFates = [] }: Expectation,
): readonly Measurement[] {
  const limit = (text: string, of: number | undefined): string | null => (of === undefined ? null : `${text} ${of}`)
  return [
    { name: 'announced', value: summary?.announced ?? 0, unit: 'resources', limit: limit('=', announced) },
    {
      name: 'received',
      value: summary?.received ?? 0,
      unit: 'resources',
      limit: limit('=', summary?.announced ?? undefined),
    },
    { name: 'resent', value: summary?.resent ?? 0, unit: 'packets', limit: null },
    { name: 'dropped', value: summary?.dropped ?? 0, unit: 'packets', limit: limit('≥', droppedLeast) },
    { name: 'duplicates', value: summary?.duplicates ?? 0, unit: 'packets', limit: null },
    { name: 'rounds', value: summary?.rounds ?? 0, unit: 'rounds', limit: '≤ 32' },
    ...expectedFates
      .filter((fate) => fate !== 'dropped')
      .map((fate) => ({ name: `${fate} on the path`, value: fates.get(fate) ?? 0, unit: 'packets', limit: '≥ 1' })),
  ]
}

/**
 * Measure several exchanges of one case as one: what is counted is summed, as the counts of the run are; of rounds and durations the most is told.
 *
 * @param announced - how many resources all of them have to announce together; undefined: any number
 */
export function measureTogether(
  observed: readonly ObservedExchange[],
  { announced, exchangeMs }: { readonly announced?: number; readonly exchangeMs?: Limit | undefined } = {},
): readonly Measurement[] {
  const figures = (of: (summary: NonNullable<ObservedExchange['summary']>) => number | null): readonly number[] =>
    observed.map(({ summary }) => (summary && of(summary)) ?? 0)
  const sum = (name: keyof RunCounts): number => figures((summary) => summary[name]).reduce((all, one) => all + one, 0)
  const counted = (name: keyof RunCounts, unit: string, limit: string | null = null): Measurement => ({
    name,
    value: sum(name),
    unit,
    limit,
  })
  const longestMs = Math.max(0, ...observed.map(({ durationMs }) => durationMs))
  return [
    counted('announced', 'resources', announced === undefined ? null : `= ${announced}`),
    counted('received', 'resources', `= ${sum('announced')}`),
    counted('resent', 'packets'),
    counted('dropped', 'packets'),
    counted('duplicates', 'packets'),
    { name: 'rounds', value: Math.max(0, ...figures(({ rounds }) => rounds)), unit: 'rounds', limit: '≤ 32' },
    heldTo('exchangeMs', Math.round(longestMs), exchangeMs).measurement,
  ]
}

/** What an error that ends a case says about the device, the converter or the rig. Rig faults are never blamed on the device. */
export function outcomeOf(error: unknown, signal: AbortSignal): CaseResult {
  const why = error instanceof Error ? error.message : String(error)
  return { outcome: blame(error, signal), measurements: [], why }
}

function blame(error: unknown, signal: AbortSignal): Outcome {
  if (error instanceof CaseTimeout) return 'timeout'
  if (signal.aborted) return 'aborted'
  if (error instanceof BenchError && error.code === 'ERR_VIEWNET_CONVERTER_SILENT') return 'could-not-test'
  if (!(error instanceof DeviceError)) return 'error'
  switch (error.code) {
    // Not reached, or not let in: the bench's cabling or credentials are as likely at fault as the device.
    case DeviceErrorCode.unreachable:
    case DeviceErrorCode.refused:
      return 'could-not-test'
    case DeviceErrorCode.fault:
    case DeviceErrorCode.unsupported:
      return 'fail'
  }
}

/** A case took longer than any case may. */
export class CaseTimeout extends ViewnetError {
  constructor(limitMs: number) {
    super('ERR_VIEWNET_CASE_TIMEOUT', `the case was not done within ${limitMs / 1000} s`)
  }
}

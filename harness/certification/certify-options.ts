import type { Link } from 'viewnet/link'
import { BOTH_SIDES, type RunState, type Side } from '../evidence/index.js'
import type { CaseRecord, SigningKey } from '../report/index.js'
import type { BlackBoxOptions } from './black-box-converter.js'
import type { CertificationCase } from './case.js'
import { CATALOGUE } from './catalogue.js'
import type { DeviceUnderTest } from './device-under-test.js'

/** What a certification tells while it runs. */
export type CertificationEvent =
  | {
      readonly type: 'runStarted'
      readonly run: string
      readonly device: string
      readonly broker: string
      /** Link address of the converter. */
      readonly converter: string
      readonly isBlackBox: boolean
      readonly caseCount: number
    }
  | { readonly type: 'caseStarted'; readonly case: CertificationCase; readonly index: number }
  /** How far the exchange of the case at hand is. */
  | { readonly type: 'packets'; readonly packetCount: number; readonly round: number }
  | { readonly type: 'caseEnded'; readonly record: CaseRecord; readonly index: number }

/** What {@link certify} needs. */
export interface CertifyOptions {
  /** Names the run in topics and reports; {@link newRunId} makes one. */
  readonly run: string
  readonly device: DeviceUnderTest
  /** Everything random in the run follows from it; 0–0xffffffff. */
  readonly seed: number
  readonly site: string
  readonly station: string
  /** MQTT broker to publish to; undefined: an embedded one. */
  readonly broker: string | undefined
  /** How long the broker may be away in the middle of the run, in milliseconds; default 600,000. The run waits for it, and goes on. */
  readonly brokerAwayMs?: number
  /** Folder for the reports; made if it is not there. */
  readonly report: string
  /** The command line that does this run again. */
  readonly reproduce: string
  /** Versions by program, for the report. */
  readonly versions: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** Certifies the run. Default: it stays unsigned. */
  readonly signingKey?: SigningKey | undefined
  /** What to run, in this order. Default: the catalogue. Most cases build on what `reach` and `list` found out. */
  readonly cases?: readonly CertificationCase[]
  /**
   * Puts a link around that of the embedded converter, inside the tap, so that the evidence shows what it does. Default: none; it is how the
   * bench is tried with converters that are broken on purpose.
   */
  readonly converterLink?: (link: Link) => Link
  /** Certify the converter at an address instead of the embedded one: what it sends and hears is judged from the endpoint's side alone. */
  readonly blackBox?: BlackBoxOptions
  readonly onEvent: (event: CertificationEvent) => void
}

/** The cases of a run. */
export function casesOf({ cases = CATALOGUE }: CertifyOptions): readonly CertificationCase[] {
  return cases
}

/** Whose packets a run taps. */
export function sidesOf({ blackBox }: Pick<CertifyOptions, 'blackBox'>): readonly Side[] {
  return blackBox ? ['endpoint'] : BOTH_SIDES
}

/** How far a run is, as its state topic tells. */
export function runState(options: CertifyOptions, casesDone: number): Omit<RunState, 'v' | 'run' | 'flows'> {
  const { seed, versions } = options
  const plan = casesOf(options).map(({ id }) => id)
  return { seed, plan, sides: sidesOf(options), versions, progress: { casesDone, cases: plan.length }, ended: false }
}

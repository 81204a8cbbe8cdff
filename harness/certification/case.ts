import type { SerialConsole } from 'viewnet/devices/console'
import type { PowerOutlet } from 'viewnet/devices/power'
import type { FoundHead } from 'viewnet/devices/ptz'
import type { DeviceDescription, MonitoringDevice, Recording } from 'viewnet/device'
import type { DeviceNumbers } from './converter-under-test.js'
import type { DeviceUnderTest } from './device-under-test.js'
import type { PathFates, ResourceContents } from './resource-contents.js'
import type { BenchDevice, LimitKey } from '../bench/index.js'
import type { Limit } from './held-to.js'
import type { ImpairmentOptions } from '../impairment/index.js'
import type { Measurement, Outcome } from '../report/index.js'
import type { ExchangeSummary, Verdict } from '../verifier/index.js'

/** What a case concludes. */
export interface CaseResult {
  readonly outcome: Outcome
  readonly measurements: readonly Measurement[]
  /** Why, in a sentence; empty for a pass that needs no words. */
  readonly why: string
}

/** One thing that a certification finds out. */
export interface CertificationCase {
  /** Stable; also the name of the flow that holds the case's packets. */
  readonly id: string
  /** A sentence that is true when the case passes. */
  readonly title: string
  /** Longest that it may take, ms; default three minutes. */
  readonly limitMs?: number
  run(bench: CaseBench): Promise<CaseResult>
}

/** One exchange that a case wants made. */
export interface ExchangePlan {
  /** Default: the device under test. */
  readonly deviceNumber?: string
  /** The endpoint names what it lacks; default false: it asks for everything again. */
  readonly selective?: boolean
  /** Ms since 1970; default: no limit. */
  readonly fromMs?: number
  readonly toMs?: number
  /** What happens to packets the endpoint sends, and to those it receives. */
  readonly outgoing?: ImpairmentOptions
  readonly incoming?: ImpairmentOptions
}

/** One exchange as the published evidence shows it; nothing in here comes from the converter or the endpoint themselves. */
export interface ObservedExchange {
  readonly verdict: Verdict
  /** Undefined when the evidence shows no exchange at all. */
  readonly summary: ExchangeSummary | undefined
  /** What each sequence said, as published. */
  readonly contents: ResourceContents
  /** What happened on the path between endpoint and converter, as published. */
  readonly fates: PathFates
  readonly durationMs: number
}

/** What earlier cases found out, for later ones. */
export interface Findings {
  description?: DeviceDescription
  /** The harness's own listing of the device. */
  listing?: readonly Recording[]
  /** RESOURCE packets that came twice in an exchange to which nothing was done. */
  duplicatesWhenClean?: number
}

/** What a case has in hands. */
export interface CaseBench {
  /** The device under test, through a driver of the harness's own: the converter has another. */
  readonly device: MonitoringDevice
  /** How many resources the device truly holds, where somebody knows: of a simulated one. */
  readonly trueCount: number | undefined
  readonly numbers: DeviceNumbers
  /** Somebody else's converter at an address: nothing of it is seen but what the endpoint sees. */
  readonly isBlackBox: boolean
  /** What switches the device's power; undefined where the bench does not. It is open, and on. */
  readonly power: PowerOutlet | undefined
  /** The device's serial console; undefined where the bench has none. It is open. */
  readonly console: SerialConsole | undefined
  /** The head that turns the analogue camera behind the device; undefined where the bench has none. It is not open. */
  readonly head: FoundHead | undefined
  /** Who the device must say it is. */
  readonly expected: BenchDevice['expect']
  /** What a measurement is held to; undefined: nothing. */
  readonly limitOf: (key: LimitKey) => Limit | undefined
  /** The round that the exchange under way is in. */
  readonly round: () => number
  readonly findings: Findings
  readonly signal: AbortSignal
  /** Make one exchange, publish what became of its packets, and read it back. */
  readonly exchange: (plan: ExchangePlan) => Promise<ObservedExchange>
  /**
   * The same by another endpoint at an address of its own, in a flow of its own, and beside the first's; undefined where the converter admits only one
   * address.
   */
  readonly exchangeOfSecond: ((plan: ExchangePlan) => Promise<ObservedExchange>) | undefined
  /** Ask the device how its recordings are played; undefined of a device whose driver cannot. */
  readonly describeReplays: DeviceUnderTest['describeReplays']
  /** How often the converter has asked its devices so far; undefined of a black box, which does not tell. */
  readonly deviceQueries: () => number | undefined
}

import type { EvidenceRecorder } from '../evidence/index.js'
import { BlackBoxUnderTest } from './black-box-converter.js'
import type { ExchangePlan } from './case.js'
import type { CertifyOptions } from './certify-options.js'
import { EmbeddedConverter } from './embedded-converter.js'

/** The external message numbers that a run asks for. */
export interface DeviceNumbers {
  readonly device: string
  /** The same device behind a wrong password; undefined where the bench knows of none. */
  readonly wrongCredentials: string | undefined
  /** A device that the converter does not know. */
  readonly unknown: string
  /** Nobody said that {@link unknown} is unknown: it is only a number beside the device's. */
  readonly isUnknownGuessed: boolean
}

/** Which of the two endpoints of a bench. */
export type EndpointName = 'first' | 'second'

/** What stands between the device under test and the reference endpoint: the embedded converter, or one at an address. */
export interface ConverterUnderTest {
  /** Its link address. */
  readonly address: string
  readonly numbers: DeviceNumbers
  /** How often it has asked its devices so far; undefined of a black box, which does not tell. */
  readonly deviceQueries: number | undefined
  /** The round that the exchange under way, or the last one, is in; for progress only. */
  readonly round: number
  /** Whether it admits another endpoint beside the first. */
  readonly hasSecondEndpoint: boolean
  /** Why it is of no use to ask it anything more, undefined while it is. */
  readonly silence: Error | undefined
  /**
   * Make one exchange; what became of its packets is in the evidence.
   *
   * @param flow - the evidence's flow, named by the case
   * @param which - the endpoint that asks, default the first; each makes one exchange at a time
   */
  exchange(flow: string, plan: ExchangePlan, signal: AbortSignal, which?: EndpointName): Promise<void>
  /** Closing twice is fine. */
  close(): Promise<void>
}

/** @throws LinkError when an address cannot be had */
export function openConverter(options: CertifyOptions, recorder: EvidenceRecorder): Promise<ConverterUnderTest> {
  return options.blackBox === undefined
    ? EmbeddedConverter.start(options, recorder)
    : BlackBoxUnderTest.open(options.blackBox, options, recorder)
}

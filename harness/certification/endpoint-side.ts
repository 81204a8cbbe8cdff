import { randomInt } from 'node:crypto'
import { udpLink, type Link } from 'viewnet/link'
import { VideoNetworkEndpoint, type EndpointStats } from '../endpoint/index.js'
import type { EvidenceRecorder } from '../evidence/index.js'
import { impairedLink } from '../impairment/index.js'
import type { ExchangePlan } from './case.js'
import type { EndpointName } from './converter-under-test.js'

/**
 * The endpoint's clocks, slower than the converter's where both wait 500 ms for the same thing: which of two timers fires first must not depend on the
 * machine's load, or two runs of one seed would send, and lose, different packets. So long that in the first five repetitions of either 50 ms and more
 * lie between them, and in the first three 90.
 */
const STAGGERED_TIMINGS = { roundIdleMs: 650, reportIntervalMs: 590 }

/** What trails an exchange (the repeated COMPLETE) arrives within this, and belongs to its evidence. */
const TRAILING_MS = 50

/** The numbers that each endpoint begins to count its exchanges from: the evidence tells exchanges apart by them. */
const EXCHANGES = { first: [1, 0x7fff_0000], second: [0x8000_0000, 0xffff_0000] } as const

/** Options of {@link EndpointSide}. */
export interface EndpointSideOptions {
  readonly recorder: EvidenceRecorder
  readonly seed: number
  /** Where every endpoint of the run listens, one after the other: the one address that the converter admits. */
  readonly endpointAddress: string
  readonly converterAddress: string
  readonly converterNumber: string
  /** Which endpoint of the bench it is: exchanges of the two never have the same number. */
  readonly which: EndpointName
  /** Puts a link around that of the endpoint, beneath impairment and tap. Default: none. */
  readonly around?: (link: Link) => Link
}

/** The side of the bench that stands before the converter: one endpoint after the other, each impaired as its case wants, and tapped. */
export class EndpointSide {
  readonly #options: EndpointSideOptions
  /** Which case an exchange belongs to, so that a packet that comes late still lands in its own flow. */
  readonly #flows = new Map<number, string>()
  #nextExchange: number
  #round = 0

  constructor(options: EndpointSideOptions) {
    this.#options = options
    const [from, to] = EXCHANGES[options.which]
    this.#nextExchange = randomInt(from, to)
  }

  get round(): number {
    return this.#round
  }

  /** The case that an exchange was made for; undefined of one that this endpoint did not make. */
  flowOf(exchange: number): string | undefined {
    return this.#flows.get(exchange)
  }

  /** Make one exchange; @returns what the endpoint counted, which is no evidence */
  async exchange(flow: string, plan: ExchangePlan, deviceNumber: string, signal: AbortSignal): Promise<EndpointStats> {
    const { recorder, seed, endpointAddress, converterAddress, converterNumber, around } = this.#options
    const exchange = this.#nextExchange++
    this.#round = 0
    this.#flows.set(exchange, flow)
    const { outgoing, incoming, deviceNumber: _, ...wanted } = plan
    // An exchange whose end was lost still sends when the next endpoint listens at the same address: that is its own evidence.
    const flowOf = (seen: { readonly exchange: number | null }): string =>
      (seen.exchange === null ? undefined : this.#flows.get(seen.exchange)) ?? flow
    const link = udpLink(endpointAddress)
    const impaired = impairedLink(around ? around(link) : link, {
      seed,
      // When an older exchange ends is chance; what is lost on purpose must follow from the seed alone.
      exchange,
      ...(outgoing && { outgoing }),
      ...(incoming && { incoming }),
      observe: (observed) => recorder.observe(flowOf, observed),
    })
    await using endpoint = new VideoNetworkEndpoint({
      link: recorder.tapLink(impaired, 'endpoint', flowOf),
      to: converterAddress,
      converterNumber,
      timings: STAGGERED_TIMINGS,
    })
    await endpoint.start()
    // What the endpoint thinks of the outcome is not asked: the evidence tells. Rounds are for people who watch.
    const request = { device: deviceNumber, exchange, signal, resources: 'counted', ...wanted } as const
    for await (const event of endpoint.request(request)) {
      if (event.type === 'roundEnded') this.#round = event.round + 1
    }
    await new Promise((resolve) => setTimeout(resolve, TRAILING_MS))
    signal.throwIfAborted()
    return endpoint.stats()
  }
}

/** A number beside another, and none of those that are taken: its last group counted on, from 65535 back to 0. */
export function neighbour(number: string, distance: number, taken: readonly string[] = []): string {
  const groups = number.split('-')
  const last = (Number(groups.pop()) + distance) & 0xffff
  const found = [...groups, String(last).padStart(5, '0')].join('-')
  return taken.includes(found) ? neighbour(number, distance + 1, taken) : found
}

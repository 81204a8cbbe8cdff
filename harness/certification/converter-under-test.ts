import { randomInt } from 'node:crypto'
import { ConversionServer } from 'viewnet'
import type { MonitoringDevice } from 'viewnet/device'
import { udpLink } from 'viewnet/link'
import { impairedLink } from '../impairment/index.js'
import { VideoNetworkEndpoint } from '../endpoint/index.js'
import type { EvidenceRecorder } from '../evidence/index.js'
import type { ExchangePlan } from './case.js'
import { Closers } from './closers.js'
import type { CertifyOptions } from './certify-options.js'

const CONVERTER_NUMBER = '00001-00020-00300-04000'
const LOOPBACK = 'udp://127.0.0.1:0'

/**
 * The endpoint's clocks, a little slower than the converter's where both wait 500 ms for the same thing: which of two timers fires first must not
 * depend on the machine's load, or two runs of one seed would lose different packets.
 */
const STAGGERED_TIMINGS = { roundIdleMs: 560, reportIntervalMs: 540 }

/**
 * The converter says PENDING a little later than the protocol's 300 ms, yet before the endpoint asks again after 1 s: whether a quick device takes
 * 290 or 310 ms is chance, and one RESPONSE more would be one more that may be lost. A slow device still gets its PENDING.
 */
const REPRODUCIBLE_LIMITS = { pendingAfterMs: 900 }

/** What trails an exchange (the repeated COMPLETE) arrives within this, and belongs to its evidence. */
const TRAILING_MS = 50

/** The external message numbers that a run asks for. */
export interface DeviceNumbers {
  readonly device: string
  readonly wrongCredentials: string | undefined
  readonly unknown: string
}

/** The embedded converter between the device under test and the reference endpoint, with a tap on both sides. */
export class ConverterUnderTest {
  readonly numbers: DeviceNumbers
  readonly #server: ConversionServer
  readonly #recorder: EvidenceRecorder
  readonly #seed: number
  readonly #opened: Closers
  /** Where every endpoint of the run listens, one after the other: the one address that the converter admits. */
  readonly #endpointAddress: string
  /** Which case an exchange belongs to, so that a packet that comes late still lands in its own flow. */
  readonly #flows: Map<number, string>
  #nextExchange = randomInt(1, 0x7fff_0000)
  #round = 0

  private constructor(parts: {
    numbers: DeviceNumbers
    server: ConversionServer
    recorder: EvidenceRecorder
    seed: number
    opened: Closers
    endpointAddress: string
    flows: Map<number, string>
  }) {
    this.numbers = parts.numbers
    this.#server = parts.server
    this.#recorder = parts.recorder
    this.#seed = parts.seed
    this.#opened = parts.opened
    this.#endpointAddress = parts.endpointAddress
    this.#flows = parts.flows
  }

  /** @throws LinkError when loopback has no free port */
  static async start(
    { device, seed, converterLink = (link) => link }: Pick<CertifyOptions, 'device' | 'seed' | 'converterLink'>,
    recorder: EvidenceRecorder,
  ): Promise<ConverterUnderTest> {
    const opened = new Closers()
    try {
      const endpointAddress = await freeAddress()
      const open = (driver: MonitoringDevice): MonitoringDevice => {
        opened.add(async () => driver.close?.())
        return driver
      }
      const wrong = device.openWithWrongPassword()
      const numbers = {
        device: device.number,
        wrongCredentials: wrong && neighbour(device.number, 1),
        unknown: neighbour(device.number, 2),
      }
      const devices = [
        { number: numbers.device, device: open(device.open()) },
        ...(wrong && numbers.wrongCredentials !== undefined
          ? [{ number: numbers.wrongCredentials, device: open(wrong) }]
          : []),
      ]
      const flows = new Map<number, string>()
      const tapped = recorder.tapLink(udpLink(LOOPBACK), 'converter', ({ exchange }) => flowOf(flows, exchange))
      const server = new ConversionServer({
        number: CONVERTER_NUMBER,
        link: converterLink(tapped),
        peers: [endpointAddress],
        devices,
        limits: REPRODUCIBLE_LIMITS,
      })
      // A device that fails is told to the endpoint as a status, which is what the cases look at.
      server.on('error', () => undefined)
      opened.add(() => server.close())
      await server.start()
      return new ConverterUnderTest({ numbers, server, recorder, seed, opened, endpointAddress, flows })
    } catch (failure) {
      await opened.close()
      throw failure
    }
  }

  /** The converter's link address. */
  get address(): string {
    return this.#server.address
  }

  /** How often the converter has asked its devices so far. */
  get deviceQueries(): number {
    return this.#server.stats().deviceQueries
  }

  /** The round that the exchange under way, or the last one, is in; for progress only. */
  get round(): number {
    return this.#round
  }

  /** Make one exchange; what became of its packets is in the evidence. */
  async exchange(flow: string, plan: ExchangePlan, signal: AbortSignal): Promise<void> {
    const exchange = this.#nextExchange++
    this.#flows.set(exchange, flow)
    const { outgoing, incoming, deviceNumber = this.numbers.device, ...wanted } = plan
    const impaired = impairedLink(udpLink(this.#endpointAddress), {
      seed: this.#seed,
      ...(outgoing && { outgoing }),
      ...(incoming && { incoming }),
      observe: (observed) => this.#recorder.observe(flow, observed),
    })
    await using endpoint = new VideoNetworkEndpoint({
      link: this.#recorder.tapLink(impaired, 'endpoint', flow),
      to: this.#server.address,
      converterNumber: CONVERTER_NUMBER,
      timings: STAGGERED_TIMINGS,
    })
    await endpoint.start()
    this.#round = 0
    // What the endpoint thinks of the outcome is not asked: the evidence tells. Rounds are for people who watch.
    for await (const event of endpoint.request({ device: deviceNumber, exchange, signal, ...wanted })) {
      if (event.type === 'roundEnded') this.#round = event.round + 1
    }
    await new Promise((resolve) => setTimeout(resolve, TRAILING_MS))
    signal.throwIfAborted()
  }

  /** Closing twice is fine. */
  async close(): Promise<void> {
    await this.#opened.close()
  }
}

/** A packet of no exchange that we made is evidence all the same. */
function flowOf(flows: ReadonlyMap<number, string>, exchange: number | null): string {
  return (exchange === null ? undefined : flows.get(exchange)) ?? 'foreign'
}

/** A free UDP address on loopback: taken once to learn its port. */
async function freeAddress(): Promise<string> {
  const link = udpLink(LOOPBACK)
  await link.start({ packet: () => undefined })
  const { address } = link
  await link.close()
  return address
}

/** A number beside another: its last group counted on, from 65535 back to 0. */
function neighbour(number: string, distance: number): string {
  const groups = number.split('-')
  const last = (Number(groups.pop()) + distance) & 0xffff
  return [...groups, String(last).padStart(5, '0')].join('-')
}

import { randomInt } from 'node:crypto'
import { ConversionServer } from 'viewnet'
import type { MonitoringDevice } from 'viewnet/device'
import { udpLink, type Link } from 'viewnet/link'
import { DEFAULT_CONVERTER_NUMBER } from '../bench/index.js'
import type { EvidenceRecorder } from '../evidence/index.js'
import type { ExchangePlan } from './case.js'
import type { CertifyOptions } from './certify-options.js'
import { Closers } from './closers.js'
import type { ConverterUnderTest, DeviceNumbers, EndpointName } from './converter-under-test.js'
import { EndpointSide, neighbour } from './endpoint-side.js'

const LOOPBACK = 'udp://127.0.0.1:0'

/**
 * The converter says PENDING a little later than the protocol's 300 ms, yet before the endpoint asks again after 1 s: whether a quick device takes
 * 290 or 310 ms is chance, and one RESPONSE more would be one more that may be lost. A slow device still gets its PENDING.
 */
const REPRODUCIBLE_LIMITS = { pendingAfterMs: 900 }

/** The embedded converter between the device under test and the reference endpoint, with a tap on both sides. */
export class EmbeddedConverter implements ConverterUnderTest {
  readonly silence = undefined
  readonly numbers: DeviceNumbers
  readonly #server: ConversionServer
  readonly hasSecondEndpoint = true
  readonly #endpoints: Readonly<Record<EndpointName, EndpointSide>>
  readonly #opened: Closers

  private constructor(
    numbers: DeviceNumbers,
    server: ConversionServer,
    endpoints: Readonly<Record<EndpointName, EndpointSide>>,
    opened: Closers,
  ) {
    this.numbers = numbers
    this.#server = server
    this.#endpoints = endpoints
    this.#opened = opened
  }

  /** @throws LinkError when loopback has no free port */
  static async start(
    { device, seed, converterLink = (link) => link }: Pick<CertifyOptions, 'device' | 'seed' | 'converterLink'>,
    recorder: EvidenceRecorder,
  ): Promise<EmbeddedConverter> {
    const opened = new Closers()
    try {
      const [first, second] = await freeAddresses()
      const open = (driver: MonitoringDevice): MonitoringDevice => {
        opened.add(async () => driver.close?.())
        return driver
      }
      const wrong = device.openWithWrongPassword()
      const numbers = {
        device: device.number,
        wrongCredentials: wrong && neighbour(device.number, 1),
        unknown: neighbour(device.number, 2),
        isUnknownGuessed: false,
      }
      const devices = [
        { number: numbers.device, device: open(device.open()), maxInquiries: device.maxInquiries },
        ...(wrong && numbers.wrongCredentials !== undefined
          ? [{ number: numbers.wrongCredentials, device: open(wrong) }]
          : []),
      ]
      let sides: Readonly<Record<EndpointName, EndpointSide>> | undefined
      // A packet of no exchange that we made is evidence all the same.
      const flowOf = (exchange: number | null): string =>
        (exchange === null ? undefined : (sides?.first.flowOf(exchange) ?? sides?.second.flowOf(exchange))) ?? 'foreign'
      const tapped = recorder.tapLink(udpLink(LOOPBACK), 'converter', ({ exchange }) => flowOf(exchange))
      const server = new ConversionServer({
        number: DEFAULT_CONVERTER_NUMBER,
        link: converterLink(tapped),
        peers: [first, second],
        devices,
        limits: REPRODUCIBLE_LIMITS,
      })
      // A device that fails is told to the endpoint as a status, which is what the cases look at.
      server.on('error', () => undefined)
      opened.add(() => server.close())
      await server.start()
      const side = (which: EndpointName, endpointAddress: string): EndpointSide =>
        new EndpointSide({
          recorder,
          seed,
          endpointAddress,
          converterAddress: server.address,
          converterNumber: DEFAULT_CONVERTER_NUMBER,
          which,
        })
      sides = { first: side('first', first), second: side('second', second) }
      return new EmbeddedConverter(numbers, server, sides, opened)
    } catch (failure) {
      await opened.close()
      throw failure
    }
  }

  get address(): string {
    return this.#server.address
  }

  get deviceQueries(): number {
    return this.#server.stats().deviceQueries
  }

  get round(): number {
    return this.#endpoints.first.round
  }

  async exchange(flow: string, plan: ExchangePlan, signal: AbortSignal, which: EndpointName = 'first'): Promise<void> {
    await this.#endpoints[which].exchange(flow, plan, plan.deviceNumber ?? this.numbers.device, signal)
  }

  async close(): Promise<void> {
    await this.#opened.close()
  }
}

/** Ports that no system gives out by itself: what was free between two exchanges another process of a busy night has then, if it asks for any port. */
const FIRST_PORT = 10_000
const LAST_PORT = 32_000

/** Tries to find a free one; a bench has a few hundred in use. */
const MAX_TRIES = 64

/** Two free UDP addresses on loopback: taken once, together, to learn their ports. */
async function freeAddresses(): Promise<readonly [string, string]> {
  const links = [await takenLink(), await takenLink()] as const
  const addresses = [links[0].address, links[1].address] as const
  for (const link of links) await link.close()
  return addresses
}

async function takenLink(): Promise<Link> {
  for (let tries = 1; ; tries++) {
    const link = udpLink(`udp://127.0.0.1:${randomInt(FIRST_PORT, LAST_PORT)}`)
    try {
      await link.start({ packet: () => undefined })
      return link
    } catch (failure) {
      await link.close()
      if (tries === MAX_TRIES) throw failure
    }
  }
}

import { formatUdpAddress, parseUdpAddress, udpLink, type Link } from 'viewnet/link'
import { BenchError, DEFAULT_CONVERTER_NUMBER, type BlackBoxConverter } from '../bench/index.js'
import type { EvidenceRecorder } from '../evidence/index.js'
import type { ExchangePlan } from './case.js'
import type { CertifyOptions } from './certify-options.js'
import type { ConverterUnderTest, DeviceNumbers, EndpointName } from './converter-under-test.js'
import { EndpointSide, neighbour } from './endpoint-side.js'
import { routeAddress } from './route-address.js'

/** Where the converter under test is, and what the bench knows of it. */
export interface BlackBoxOptions extends BlackBoxConverter {
  /** Numbers of other devices on the bench, which it may well know. */
  readonly otherDevices?: readonly string[]
}

interface Addresses {
  readonly address: string
  readonly number: string
  readonly endpoint: string
  readonly second: string | undefined
}

/** The port that the examples of a converter's `peers` name. */
const DEFAULT_ENDPOINT_PORT = 28300

/**
 * Somebody's converter at an address: nothing of it is seen but what comes to the endpoint's socket from that address. What comes from elsewhere is no
 * evidence of it, and is only counted.
 */
export class BlackBoxUnderTest implements ConverterUnderTest {
  readonly address: string
  readonly numbers: DeviceNumbers
  /** It does not tell. */
  readonly deviceQueries = undefined
  readonly #number: string
  readonly #endpointAddress: string
  readonly #endpoints: { readonly first: EndpointSide; readonly second: EndpointSide | undefined }
  /** Packets from its address, and those that spoke for another converter. */
  #heard = 0
  #ofOtherNumber = 0
  #stranger: string | undefined
  #silence: BenchError | undefined

  private constructor(
    { address, number, endpoint, second }: Addresses,
    numbers: DeviceNumbers,
    { seed, recorder }: { readonly seed: number; readonly recorder: EvidenceRecorder },
  ) {
    this.address = address
    this.numbers = numbers
    this.#number = number
    this.#endpointAddress = endpoint
    const side = (which: EndpointName, endpointAddress: string): EndpointSide =>
      new EndpointSide({
        recorder,
        seed,
        endpointAddress,
        converterAddress: address,
        converterNumber: number,
        which,
        around: (link) => this.#ofConverter(link),
      })
    this.#endpoints = {
      first: side('first', endpoint),
      second: second === undefined ? undefined : side('second', second),
    }
  }

  /** @throws LinkError when there is no route to it, or our own address cannot be had */
  static async open(
    described: BlackBoxOptions,
    { device, seed }: Pick<CertifyOptions, 'device' | 'seed'>,
    recorder: EvidenceRecorder,
  ): Promise<BlackBoxUnderTest> {
    const {
      number = DEFAULT_CONVERTER_NUMBER,
      endpoint,
      secondEndpoint,
      wrongCredentialsDevice,
      unknownDevice,
    } = described
    const converter = parseUdpAddress(described.address)
    const own = endpoint === undefined ? undefined : parseUdpAddress(endpoint)
    const host = own?.host ?? (await routeAddress(converter))
    const endpointAddress = formatUdpAddress({ host, port: own?.port ?? DEFAULT_ENDPOINT_PORT })
    const taken = [
      device.number,
      ...(described.otherDevices ?? []),
      ...(wrongCredentialsDevice === undefined ? [] : [wrongCredentialsDevice]),
    ]
    const numbers = {
      device: device.number,
      wrongCredentials: wrongCredentialsDevice,
      unknown: unknownDevice ?? neighbour(device.number, 1, taken),
      isUnknownGuessed: unknownDevice === undefined,
    }
    const second = secondEndpoint && formatUdpAddress(parseUdpAddress(secondEndpoint))
    // Taken once, so that an address that cannot be had is said before the first case.
    for (const each of [endpointAddress, ...(second === undefined ? [] : [second])]) {
      const link = udpLink(each)
      await link.start({ packet: () => undefined })
      await link.close()
    }
    const addresses = { address: formatUdpAddress(converter), number, endpoint: endpointAddress, second }
    return new BlackBoxUnderTest(addresses, numbers, { seed, recorder })
  }

  get round(): number {
    return this.#endpoints.first.round
  }

  get hasSecondEndpoint(): boolean {
    return this.#endpoints.second !== undefined
  }

  /** Nothing came from its address, although an exchange was made, or nothing that spoke for it: every further case would only wait for the same. */
  get silence(): Error | undefined {
    return this.#silence
  }

  /** @throws BenchError `ERR_VIEWNET_CONVERTER_SILENT` when nothing ever came from its address, or nothing in its name */
  async exchange(flow: string, plan: ExchangePlan, signal: AbortSignal, which: EndpointName = 'first'): Promise<void> {
    const side = this.#endpoints[which]
    if (!side) throw new RangeError('expected a converter that admits a second endpoint')
    const stats = await side.exchange(flow, plan, plan.deviceNumber ?? this.numbers.device, signal)
    this.#ofOtherNumber += stats.dropped['converter-number']
    if (this.#heard > this.#ofOtherNumber) return
    this.#silence = new BenchError('ERR_VIEWNET_CONVERTER_SILENT', this.#silenceInWords())
    throw this.#silence
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  #silenceInWords(): string {
    if (this.#heard > 0) {
      return `${this.address}: expected answers of converter ${this.#number}, got ${this.#heard} packets in the name of another; set its number`
    }
    const elsewhere = this.#stranger === undefined ? '' : `; something came from ${this.#stranger} instead`
    return `${this.address}: expected an answer, got nothing at all${elsewhere}; check its address, that it has the number ${this.#number}, and that it admits ${this.#endpointAddress}`
  }

  /** A link at which only the converter is heard. */
  #ofConverter(link: Link): Link {
    return {
      get address() {
        return link.address
      },
      start: (receiver) =>
        link.start({
          packet: (packet, from) => {
            if (from === this.address) {
              this.#heard++
              receiver.packet(packet, from)
            } else this.#stranger ??= from
          },
          error: (error) => receiver.error?.(error),
        }),
      send: (packet, to) => link.send(packet, to),
      close: () => link.close(),
    }
  }
}

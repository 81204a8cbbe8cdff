import type { Test } from 'tap'
import {
  MemoryNetwork,
  type ConversionServer,
  type ConversionServerEvents,
  type DeviceDescription,
  type Link,
  type MonitoringDevice,
  type Recording,
  type RecordingQuery,
} from '../../../sdk/index.js'
import { referenceCodec, type Message, type Packet } from '../../../sdk/wire/index.js'

export const CONVERTER = '00001-00020-00300-04000'
export const DEVICE = '00001-00020-00300-00007'

const ENDPOINT_ADDRESS = { area: 1, access: 1 }
const CONVERTER_ADDRESS = { area: 1, access: 2 }

/** The bare other side of a converter: says what it is told to say, and hears everything. */
export class SpokenEndpoint {
  readonly link: Link
  readonly #to: string
  readonly #heard: Packet[] = []
  #wake = (): void => {}

  constructor(link: Link, to: string) {
    this.link = link
    this.#to = to
  }

  async start(): Promise<this> {
    await this.link.start({
      packet: (octets) => {
        this.#heard.push(referenceCodec.decode(new Uint8Array(octets)))
        this.#wake()
      },
    })
    return this
  }

  says(message: Message, more: Partial<Packet> = {}): void {
    this.sends(referenceCodec.encode({ destination: CONVERTER_ADDRESS, source: ENDPOINT_ADDRESS, message, ...more }))
  }

  sends(octets: Uint8Array): void {
    this.link.send(octets, this.#to)
  }

  /** The next packet that came. */
  async packet(): Promise<Packet> {
    while (this.#heard.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve))
    return this.#heard.shift()!
  }

  /** The next message of a type; others before it are passed over. */
  async hears<T extends Message['type']>(type: T): Promise<Extract<Message, { type: T }>> {
    for (;;) {
      const { message } = await this.packet()
      if (message.type === type) return message as Extract<Message, { type: T }>
    }
  }

  /** Messages that have come and nobody asked for. */
  get waiting(): readonly Message[] {
    return this.#heard.map(({ message }) => message)
  }
}

/** An endpoint on a network of its own, with a link for the converter beside it. */
export async function endpointOnMemory(
  t: Test,
): Promise<{ endpoint: SpokenEndpoint; network: MemoryNetwork; link: Link }> {
  const network = new MemoryNetwork()
  const endpoint = await new SpokenEndpoint(network.link('endpoint'), 'memory:converter').start()
  t.teardown(() => endpoint.link.close())
  return { endpoint, network, link: network.link('converter') }
}

/** So many recordings of a minute each. */
export const recordingsOf = (count: number): Recording[] =>
  Array.from({ length: count }, (_, at) => ({
    identity: `recording ${at}`,
    startMs: at * 60_000,
    endMs: at * 60_000 + 60_000,
    channel: 1,
    kinds: 1,
  }))

/** A device that answers as the spec says, and remembers what it was asked. */
export class SpokenDevice implements MonitoringDevice {
  readonly queries: RecordingQuery[] = []
  readonly #list: (query: RecordingQuery) => AsyncIterable<readonly Recording[]>

  constructor(list: (query: RecordingQuery) => AsyncIterable<readonly Recording[]>) {
    this.#list = list
  }

  static holding(recordings: readonly Recording[], pageLength = 50): SpokenDevice {
    return new SpokenDevice(async function* () {
      for (let at = 0; at < recordings.length; at += pageLength) yield recordings.slice(at, at + pageLength)
    })
  }

  static failing(error: unknown): SpokenDevice {
    return new SpokenDevice(async function* () {
      yield recordingsOf(1)
      throw error
    })
  }

  /** Answers only when it is called off, and then with the reason. */
  static silent(): SpokenDevice {
    return new SpokenDevice(async function* ({ signal }) {
      yield await new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
      })
    })
  }

  listRecordings(query: RecordingQuery): AsyncIterable<readonly Recording[]> {
    this.queries.push(query)
    return this.#list(query)
  }

  describe(): Promise<DeviceDescription> {
    return Promise.resolve({
      identity: { manufacturer: '', model: '', firmware: '', serialNumber: '' },
      capabilities: { listRecordings: true, services: [] },
      clockOffsetMs: undefined,
    })
  }
}

/** The next event of a name; unlike `once` of node:events, an error event beside it is no failure. */
export function fact<E extends keyof ConversionServerEvents>(
  server: ConversionServer,
  name: E,
): Promise<ConversionServerEvents[E]> {
  return new Promise((resolve) => {
    const listener = (...given: ConversionServerEvents[E]): void => resolve(given)
    // The emitter's own type says the same, but cannot be computed for a name that is not known yet.
    server.once(name, listener as never)
  })
}

import type { Link } from 'viewnet/link'
import { decodePacket, encodePacket, type Message, type Packet } from '../../../harness/endpoint/index.js'
import { converterNumber } from './vectors.js'

/** What a scripted converter does with a packet of the endpoint. */
export type Script = (packet: Packet, reply: (...messages: readonly Message[]) => void) => void

/** A converter that does as a spec says. It keeps what it received. */
export class ScriptedConverter {
  readonly received: Packet[] = []
  readonly link: Link
  #script: Script
  #waiting: { readonly isMet: () => boolean; readonly resolve: () => void }[] = []

  constructor(link: Link, script: Script) {
    this.link = link
    this.#script = script
  }

  async start(): Promise<void> {
    await this.link.start({
      packet: (octets, from) => {
        const packet = decodePacket(new Uint8Array(octets))
        this.received.push(packet)
        this.#script(packet, (...messages) => {
          for (const message of messages) this.link.send(answer(packet, message), from)
        })
        this.#waiting = this.#waiting.filter(({ isMet, resolve }) => {
          if (isMet()) resolve()
          return !isMet()
        })
      },
    })
  }

  /** The reports that came, as `verdict round` with the verdict's number. */
  get reports(): string[] {
    return this.received.flatMap(({ message }) =>
      message.type === 'COUNT_REPORT' ? [`${message.verdict} r${message.round}`] : [],
    )
  }

  /** Wait until what was received satisfies a condition. */
  async until(isMet: () => boolean): Promise<void> {
    if (isMet()) return
    await new Promise<void>((resolve) => this.#waiting.push({ isMet, resolve }))
  }
}

/** A packet that answers another, as octets. */
export function answer(to: Packet, message: Message, change: Partial<Packet> = {}): Uint8Array {
  return encodePacket({
    destination: to.source,
    source: to.destination,
    label: to.label,
    converterNumber,
    exchange: to.exchange,
    message,
    ...change,
  })
}

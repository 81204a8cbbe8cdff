import { z } from 'zod'
import { parseStrictly } from 'viewnet/device'
import { runPackets, type Link, type LinkReceiver } from 'viewnet/link'
import { describePacket } from '../endpoint/index.js'
import type { Fate, PacketDescription } from '../evidence/record.js'
import { FateDecider, type Direction } from './fate.js'
import { HeldPackets, type Schedule } from './held-packets.js'
import { impairmentSchema, type Impairment, type ImpairmentOptions } from './impairment-options.js'

/** How long a reordered packet waits for another to overtake it. */
const REORDER_LIMIT_MS = 20

/** One packet to which something happened; packets that just pass are not told. */
export interface ImpairedPacket {
  /** A reordered packet counts as delayed. */
  readonly fate: Extract<Fate, 'dropped' | 'duplicated' | 'delayed' | 'corrupted'>
  readonly direction: Direction
  /** As it came to the link; only borrowed. Of a corrupted packet, what it was before. */
  readonly packet: Uint8Array
}

/** Options of {@link impairedLink}. */
export interface ImpairedLinkOptions {
  /** An integer; the same seed makes the same decisions. */
  readonly seed: number
  /** What happens to packets that are sent through the link. Default: nothing. */
  readonly outgoing?: ImpairmentOptions
  /** What happens to packets that arrive through the link. Default: nothing. */
  readonly incoming?: ImpairmentOptions
  /** The only exchange whose packets anything happens to; those of others, and what cannot be read, pass. Default: all packets alike. */
  readonly exchange?: number
  /** What a packet says. Default: the reference endpoint's `describePacket`. */
  readonly identify?: (packet: Uint8Array) => PacketDescription
  /** Told of each packet to which something happens, before it happens; for the evidence. Default: nobody. */
  readonly observe?: (impaired: ImpairedPacket) => void
  /** A clock of one's own. Default: `setTimeout`. */
  readonly schedule?: Schedule
}

const schema = z.strictObject({
  seed: z.int(),
  outgoing: impairmentSchema.optional(),
  incoming: impairmentSchema.optional(),
  exchange: z.int().min(1).max(0xffffffff).optional(),
  identify: z
    .custom<(packet: Uint8Array) => PacketDescription>(isFunction, 'expected a function')
    .default(() => describePacket),
  observe: z.custom<(impaired: ImpairedPacket) => void>(isFunction, 'expected a function').optional(),
  schedule: z.custom<Schedule>(isFunction, 'expected a function').default(() => scheduleByTimer),
})

/**
 * A link that does to packets what bad networks do: it drops, duplicates, delays, reorders and corrupts them, the same in every run of one seed.
 *
 * Starting and closing it starts and closes the link beneath. It holds back 1024 packets at most; one more passes at once, and nothing is said
 * of it. Closing loses what is held.
 *
 * @param link - the link beneath; its addresses are those of the impaired link
 * @throws UsageError `ERR_VIEWNET_OPTION` naming the option, what was expected and what came
 */
export function impairedLink(link: Link, options: ImpairedLinkOptions): Link {
  const { seed, outgoing, incoming, exchange, identify, observe, schedule } = parseStrictly(
    schema,
    options,
    'impairedLink',
  )
  const held = new HeldPackets(schedule)
  const impair = (direction: Direction, impairment: Impairment | undefined): ImpairedWay | undefined =>
    impairment &&
    new ImpairedWay(new FateDecider(seed, direction, impairment), direction, held, { exchange, identify, observe })
  const way = { outgoing: impair('outgoing', outgoing), incoming: impair('incoming', incoming) }
  const impaired: Link = {
    get address() {
      return link.address
    },
    start(receiver) {
      const receive = receiver.packet.bind(receiver)
      const between: LinkReceiver = {
        packet: (packet, from) => (way.incoming ? way.incoming.carry(packet, from, receive) : receive(packet, from)),
        error: (error) => receiver.error?.(error),
      }
      held.open()
      return link.start(between)
    },
    send(packet, to) {
      if (way.outgoing) way.outgoing.carry(packet, to, (octets, address) => link.send(octets, address))
      else link.send(packet, to)
    },
    close() {
      held.close()
      return link.close()
    },
  }
  if (link.sendRun) {
    impaired.sendRun = (octets, packetBytes, to) => {
      if (!way.outgoing) return link.sendRun?.(octets, packetBytes, to)
      // What becomes of a packet is decided for each: a run that something may happen to is taken apart.
      const end = runPackets(octets, packetBytes) * packetBytes
      for (let at = 0; at < end; at += packetBytes) impaired.send(octets.subarray(at, at + packetBytes), to)
    }
  }
  if (link.stats) impaired.stats = () => link.stats!()
  return impaired
}

/** Hands a packet on, to or from an address. */
type Deliver = (packet: Uint8Array, address: string) => void

interface WayOptions {
  readonly exchange: number | undefined
  readonly identify: (packet: Uint8Array) => PacketDescription
  readonly observe: ((impaired: ImpairedPacket) => void) | undefined
}

/** One direction of an impaired link. */
class ImpairedWay {
  readonly #decider: FateDecider
  readonly #direction: Direction
  readonly #held: HeldPackets
  readonly #options: WayOptions
  /** Delivers the packets that wait to be overtaken; within the bound of {@link HeldPackets}. */
  #overtaken: (() => void)[] = []

  constructor(decider: FateDecider, direction: Direction, held: HeldPackets, options: WayOptions) {
    this.#decider = decider
    this.#direction = direction
    this.#held = held
    this.#options = options
  }

  carry(packet: Uint8Array, address: string, deliver: Deliver): void {
    const { exchange, identify } = this.#options
    const description = identify(packet)
    if (exchange !== undefined && description.exchange !== exchange) return this.#pass(() => deliver(packet, address))
    const fate = this.#decider.decide(packet, description)
    switch (fate.type) {
      case 'passed':
        return this.#pass(() => deliver(packet, address))
      case 'dropped':
        return this.#tell('dropped', packet)
      case 'duplicated':
        this.#tell('duplicated', packet)
        return this.#pass(() => {
          deliver(packet, address)
          deliver(packet, address)
        })
      case 'corrupted':
        this.#tell('corrupted', packet)
        return this.#pass(() => deliver(withFlippedBit(packet, fate.bit), address))
      case 'delayed':
        return this.#delay(packet, address, deliver, fate.delayMs)
      case 'reordered':
        return this.#reorder(packet, address, deliver)
    }
  }

  #tell(fate: ImpairedPacket['fate'], packet: Uint8Array): void {
    this.#options.observe?.({ fate, direction: this.#direction, packet })
  }

  /** A packet that goes straight through overtakes those that wait for it. */
  #pass(deliver: () => void): void {
    deliver()
    const overtaken = this.#overtaken
    if (overtaken.length === 0) return
    this.#overtaken = []
    for (const release of overtaken) release()
  }

  #delay(packet: Uint8Array, address: string, deliver: Deliver, delayMs: number): void {
    const copy = new Uint8Array(packet)
    const release = this.#held.hold(() => deliver(copy, address), delayMs)
    if (!release) return this.#pass(() => deliver(packet, address))
    this.#tell('delayed', packet)
  }

  #reorder(packet: Uint8Array, address: string, deliver: Deliver): void {
    const copy = new Uint8Array(packet)
    const release = this.#held.hold(() => {
      this.#overtaken = this.#overtaken.filter((other) => other !== release)
      deliver(copy, address)
    }, REORDER_LIMIT_MS)
    if (!release) return this.#pass(() => deliver(packet, address))
    this.#overtaken.push(release)
    this.#tell('delayed', packet)
  }
}

function withFlippedBit(packet: Uint8Array, bit: number): Uint8Array {
  const copy = new Uint8Array(packet)
  if (copy.byteLength > 0) copy[bit >> 3]! ^= 0x80 >> (bit & 7)
  return copy
}

function scheduleByTimer(callback: () => void, delayMs: number): () => void {
  const timer = setTimeout(callback, delayMs)
  return () => clearTimeout(timer)
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}

import t from 'tap'
import type { Link, LinkReceiver } from 'viewnet/link'
import { describePacket, encodePacket, type Message } from '../../../harness/endpoint/index.js'
import {
  impairedLink,
  parseImpairment,
  type ImpairedLinkOptions,
  type ImpairedPacket,
} from '../../../harness/impairment/index.js'
import { Sightings } from '../../../harness/impairment/sightings.js'
import { resource, response, roundEnd } from '../endpoint/exchange-driver.js'
import { converterNumber } from '../endpoint/vectors.js'

const address = { metropolitanArea: 1, access: 1 }

function packetOf(message: Message, exchange = 77): Uint8Array {
  return encodePacket({ destination: address, source: address, label: undefined, converterNumber, exchange, message })
}

/** Moves only when told. */
class VirtualClock {
  nowMs = 0
  #timers: { readonly atMs: number; readonly callback: () => void }[] = []

  get timerCount(): number {
    return this.#timers.length
  }

  readonly schedule = (callback: () => void, delayMs: number): (() => void) => {
    const timer = { atMs: this.nowMs + delayMs, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  advance(byMs: number): void {
    const untilMs = this.nowMs + byMs
    for (;;) {
      const [next] = this.#timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)
      if (!next) break
      this.nowMs = next.atMs
      this.#timers = this.#timers.filter((other) => other !== next)
      next.callback()
    }
    this.nowMs = untilMs
  }
}

/** An impaired link with both of its ends in the spec's hands. */
class Rig {
  readonly clock = new VirtualClock()
  readonly sent: Uint8Array[] = []
  readonly arrived: Uint8Array[] = []
  readonly observed: string[] = []
  readonly link: Link
  #receiver: LinkReceiver | undefined
  isClosed = false
  runs = 0

  constructor(options: Omit<ImpairedLinkOptions, 'schedule' | 'observe'>) {
    const beneath: Link = {
      address: 'memory:beneath',
      start: (receiver) => {
        this.#receiver = receiver
        return Promise.resolve()
      },
      send: (packet) => void this.sent.push(packet.slice()),
      sendRun: (octets, packetBytes) => {
        this.runs++
        for (let at = 0; at < octets.length; at += packetBytes) this.sent.push(octets.slice(at, at + packetBytes))
      },
      close: () => {
        this.isClosed = true
        return Promise.resolve()
      },
    }
    const observe = ({ fate, direction, packet }: ImpairedPacket): void => {
      const { message, sequence } = describePacket(packet)
      this.observed.push([direction, fate, message, ...(sequence === null ? [] : [sequence])].join(' '))
    }
    this.link = impairedLink(beneath, { ...options, observe, schedule: this.clock.schedule })
  }

  async start(): Promise<this> {
    await this.link.start({ packet: (packet) => void this.arrived.push(packet.slice()) })
    return this
  }

  send(...messages: readonly Message[]): void {
    for (const message of messages) this.link.send(packetOf(message), 'memory:peer')
  }

  arrive(...messages: readonly Message[]): void {
    // As links do, the packet is only lent: what is held must be a copy.
    for (const message of messages) {
      const lent = packetOf(message)
      this.#receiver?.packet(lent, 'memory:peer')
      lent.fill(0)
    }
  }
}

const names = (packets: readonly Uint8Array[]): string[] =>
  packets.map((packet) => {
    const { message, sequence, rejected } = describePacket(packet)
    return rejected ?? `${message}${sequence === null ? '' : ` ${sequence}`}`
  })

const sequencesTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)

t.test('passes everything untouched where no impairment is given', async (t) => {
  const rig = await new Rig({ seed: 1 }).start()
  t.equal(rig.link.address, 'memory:beneath')
  rig.send(response(1), resource(1, 1))
  rig.arrive(roundEnd(1))
  t.same(names(rig.sent), ['RESPONSE', 'RESOURCE 1'])
  t.same(names(rig.arrived), ['ROUND_END'])
  t.same(rig.observed, [])
  await rig.link.close()
  t.ok(rig.isClosed)
})

t.test(
  'hands a run on whole where nothing happens to what is sent, and decides for each packet of it otherwise',
  async (t) => {
    const packets = sequencesTo(8).map((sequence) => packetOf(resource(sequence, 8)))
    const run = Uint8Array.from(packets.flatMap((packet) => [...packet]))
    const whole = await new Rig({ seed: 1, incoming: { dropRatio: 1 } }).start()
    whole.link.sendRun?.(run, 86, 'memory:peer')
    t.equal(whole.runs, 1)
    t.same(names(whole.sent), names(packets))

    const oneByOne = await new Rig({ seed: 5, outgoing: { dropRatio: 0.5 } }).start()
    for (const packet of packets) oneByOne.link.send(packet, 'memory:peer')
    const inRun = await new Rig({ seed: 5, outgoing: { dropRatio: 0.5 } }).start()
    inRun.link.sendRun?.(run, 86, 'memory:peer')
    t.ok(inRun.sent.length > 0 && inRun.sent.length < 8, `${inRun.sent.length} of 8`)
    t.same(names(inRun.sent), names(oneByOne.sent))
    t.same(inRun.observed, oneByOne.observed)
    inRun.link.sendRun?.(run.subarray(0, 100), 86, 'memory:peer')
    t.equal(inRun.observed.length, oneByOne.observed.length, 'a run that ends within a packet is none')
  },
)

t.test('drops the share that it is told to, the same in every run of a seed and another with another', async (t) => {
  const lostBy = async (seed: number): Promise<string[]> => {
    const rig = await new Rig({ seed, outgoing: { dropRatio: 0.2 } }).start()
    rig.send(...sequencesTo(2_000).map((sequence) => resource(sequence, 2_000)))
    return rig.observed
  }
  const first = await lostBy(11)
  t.ok(first.length > 320 && first.length < 480, `${first.length} of 2000`)
  t.same(await lostBy(11), first)
  t.not((await lostBy(12)).join(), first.join())
})

t.test(
  'decides by what a packet says, not by where it stands in the stream, in which exchange, or what came before',
  async (t) => {
    const lost = (rig: Rig): string[] => rig.observed.splice(0).sort()
    const rig = await new Rig({ seed: 3, incoming: { dropRatio: 0.3 } }).start()
    const list = sequencesTo(100).map((sequence) => resource(sequence, 100))
    rig.arrive(...list)
    const straight = lost(rig)
    rig.arrive(response(100), roundEnd(100), ...list.toReversed())
    t.same(
      lost(rig).filter((line) => line.includes('RESOURCE')),
      straight,
    )

    const other = await new Rig({ seed: 3, incoming: { dropRatio: 0.3 } }).start()
    other.arrive(...list.toReversed())
    t.same(lost(other), straight)
    other.arrive(...list.map((message) => ({ ...message, round: 1 })))
    t.not(lost(other).join(), straight.join(), 'another round is another packet')
  },
)

t.test('draws anew each time a control packet is repeated, the same in each exchange', async (t) => {
  const fates = async (exchange: number): Promise<string> => {
    const rig = await new Rig({ seed: 5, outgoing: { dropRatio: 0.5 } }).start()
    return sequencesTo(40)
      .map(() => {
        const before = rig.sent.length
        rig.link.send(packetOf(roundEnd(9), exchange), 'memory:peer')
        return rig.sent.length - before
      })
      .join('')
  }
  const drawn = await fates(1)
  t.match(drawn, /01/)
  t.match(drawn, /10/)
  t.equal(await fates(0xffff), drawn)
})

t.test('tells directions apart', async (t) => {
  const rig = await new Rig({ seed: 1, outgoing: { dropRatio: 0.5 }, incoming: { dropRatio: 0.5 } }).start()
  const list = sequencesTo(64).map((sequence) => resource(sequence, 64))
  rig.send(...list)
  rig.arrive(...list)
  t.not(names(rig.sent).join(), names(rig.arrived).join())
})

t.test('drops or duplicates the first packet of a message, once in each exchange', async (t) => {
  const rig = await new Rig({ seed: 1, outgoing: { dropFirst: ['ROUND_END'], duplicateFirst: ['RESPONSE'] } }).start()
  rig.send(roundEnd(1), response(1), roundEnd(1), response(1))
  t.same(names(rig.sent), ['RESPONSE', 'RESPONSE', 'ROUND_END', 'RESPONSE'])
  t.same(rig.observed, ['outgoing dropped ROUND_END', 'outgoing duplicated RESPONSE'])
  rig.link.send(packetOf(roundEnd(1), 78), 'memory:peer')
  t.equal(rig.sent.length, 4, 'another exchange has a first one too')
})

t.test('duplicates in a row', async (t) => {
  const rig = await new Rig({ seed: 1, incoming: { duplicateRatio: 1 } }).start()
  rig.arrive(resource(1, 2), resource(2, 2))
  t.same(names(rig.arrived), ['RESOURCE 1', 'RESOURCE 1', 'RESOURCE 2', 'RESOURCE 2'])
})

t.test('flips one bit, so that the CRC tells [protocol 1]', async (t) => {
  const rig = await new Rig({ seed: 1, outgoing: { corruptRatio: 1 } }).start()
  const original = resource(1, 200)
  for (const sequence of sequencesTo(200)) rig.send({ ...original, sequence })
  t.equal(rig.sent.length, 200)
  t.ok(names(rig.sent).every((name) => ['crc', 'length', 'packet-type'].includes(name)))
  const flipped = rig.sent[0]!.map((octet, at) => octet ^ packetOf({ ...original, sequence: 1 })[at]!)
  t.equal(
    flipped.reduce((bits, octet) => bits + octet.toString(2).replaceAll('0', '').length, 0),
    1,
  )
  t.equal(rig.observed[0], 'outgoing corrupted RESOURCE 1', 'the observer is told what it was')
})

t.test('delays by the given time, and keeps a copy meanwhile', async (t) => {
  const rig = await new Rig({ seed: 1, incoming: { delayRatio: 1, delayMs: 30 } }).start()
  rig.arrive(resource(1, 2))
  rig.clock.advance(29)
  t.same(names(rig.arrived), [])
  rig.clock.advance(1)
  t.same(names(rig.arrived), ['RESOURCE 1'])
  t.same(rig.observed, ['incoming delayed RESOURCE 1'])
})

t.test('reorders by holding a packet until another has passed, or for 20 ms', async (t) => {
  const options = { seed: 8, outgoing: { reorderRatio: 0.5 } }
  // Which sequences this seed holds back, and which pass, is found out on a link of its own.
  const probe = await new Rig(options).start()
  const isHeld = (sequence: number): boolean => {
    const before = probe.observed.length
    probe.send(resource(sequence, 50))
    return probe.observed.length > before
  }
  const [first, second] = sequencesTo(50).filter(isHeld) as [number, number]
  const passing = sequencesTo(50).find((sequence) => !isHeld(sequence))!

  const rig = await new Rig(options).start()
  rig.send(resource(second, 50), resource(first, 50))
  t.same(names(rig.sent), [])
  rig.send(resource(passing, 50))
  t.same(names(rig.sent), [`RESOURCE ${passing}`, `RESOURCE ${second}`, `RESOURCE ${first}`])
  t.equal(rig.clock.timerCount, 0)

  rig.send(resource(first, 50))
  rig.clock.advance(19)
  t.equal(rig.sent.length, 3)
  rig.clock.advance(1)
  t.equal(rig.sent.length, 4)
  rig.send(resource(passing, 50))
  t.equal(rig.sent.length, 5, 'and is sent once')
})

t.test('holds back 1024 packets at most, and lets the next one pass untold', async (t) => {
  const rig = await new Rig({ seed: 1, outgoing: { delayRatio: 1 }, incoming: { reorderRatio: 1 } }).start()
  rig.send(...sequencesTo(1_024).map((sequence) => resource(sequence, 2_000)))
  t.equal(rig.sent.length, 0)
  rig.send(resource(1_025, 2_000))
  rig.arrive(resource(1, 2_000))
  t.same([names(rig.sent), names(rig.arrived)], [['RESOURCE 1025'], ['RESOURCE 1']])
  t.equal(rig.observed.length, 1_024)
  rig.clock.advance(50)
  t.equal(rig.sent.length, 1_025)
})

t.test('loses what it holds when it is closed, and no timer outlives it', async (t) => {
  const rig = await new Rig({ seed: 1, outgoing: { delayRatio: 1 } }).start()
  rig.send(response(1))
  await rig.link.close()
  rig.send(resource(1, 1))
  t.equal(rig.clock.timerCount, 0)
  rig.clock.advance(100)
  t.same(names(rig.sent), ['RESOURCE 1'], 'what is sent later is the business of the link beneath')
})

t.test('remembers how often a packet was seen, within a bound', async (t) => {
  const sightings = new Sightings()
  const others = (count: number): void => {
    for (let other = 0; other < count; other++) sightings.note(`other ${other} ${count}`)
  }
  t.same([sightings.note('a'), sightings.note('a'), sightings.note('b')], [0, 1, 0])
  others(8_000)
  t.equal(sightings.note('a'), 2)
  others(8_190)
  t.equal(sightings.note('a'), 3)
  others(20_000)
  t.equal(sightings.note('a'), 0, 'what was not seen for long is new again')
})

t.test('treats octets that nobody can read by what they are', async (t) => {
  const rig = await new Rig({ seed: 2, outgoing: { dropRatio: 0.5, dropFirst: ['RESPONSE'] } }).start()
  const junk = sequencesTo(64).map((octet) => new Uint8Array([octet, 1, 2, 3]))
  for (const packet of junk) rig.link.send(packet, 'memory:peer')
  t.ok(rig.sent.length > 16 && rig.sent.length < 48)
  rig.link.send(new Uint8Array(0), 'memory:peer')
})

t.test('refuses wrong options by name, with the nearest right word', async (t) => {
  const link = new Rig({ seed: 1 }).link
  const code = 'ERR_VIEWNET_OPTION'
  const make = (options: object): (() => void) => {
    return () => void impairedLink(link, options as ImpairedLinkOptions)
  }
  t.throws(make({}), { code, message: /seed/ })
  t.throws(make({ seed: 0.5 }), { code, message: /seed/ })
  t.throws(make({ seed: 1, outgoing: { dropRatio: 1.1 } }), { code, message: /outgoing\.dropRatio/ })
  t.throws(make({ seed: 1, outgoing: { dropRatio: Number.NaN } }), { code, message: /outgoing\.dropRatio/ })
  t.throws(make({ seed: 1, incoming: { dropratio: 1 } }), { code, message: /incoming\.dropratio: .*'dropRatio'/ })
  t.throws(make({ seed: 1, ingoing: {} }), { code, message: /ingoing: .*'incoming'/ })
  t.throws(make({ seed: 1, incoming: { dropFirst: ['RESPONCE'] } }), { code, message: /incoming\.dropFirst\.0/ })
  t.throws(make({ seed: 1, incoming: { delayMs: 0 } }), { code, message: /incoming\.delayMs/ })
  t.throws(() => parseImpairment({ reorderRatio: -1 }), { code, message: /^impairment: reorderRatio/ })
})

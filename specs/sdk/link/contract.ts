import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import { LinkError, type Link, type LinkKind } from '../../../sdk/link/index.js'

/** One kind of link, and what the specs of the contract need to know of it. */
export interface KindOfLink {
  readonly name: string
  /** Why it cannot be tried here. */
  readonly skip: string | false
  /** Two links that reach each other, not started. */
  readonly pair: () => readonly [Link, Link]
  readonly stats: { readonly kind: LinkKind; readonly isAccelerated: boolean }
  /** How the second of a pair is called by the first, once it is started; default: as it calls itself. */
  readonly nameOf?: (of: Link, by: Link) => string
  /** An address at which nobody is. */
  readonly nobody: string
  /** The shortest packet that it carries; default 0. */
  readonly packetBytesLeast?: number
  /** The longest packet that it carries. */
  readonly packetBytesMost: number
}

export interface Heard {
  readonly octets: Uint8Array
  readonly from: string
}

/** Start a link; what it hears can be awaited one by one. */
export async function listen(link: Link): Promise<{ next(): Promise<Heard>; take(count: number): Promise<Heard[]> }> {
  const heard: Heard[] = []
  let wake = (): void => {}
  await link.start({
    packet(packet, from) {
      heard.push({ octets: new Uint8Array(packet), from })
      wake()
    },
  })
  const next = async (): Promise<Heard> => {
    while (heard.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    return heard.shift()!
  }
  return {
    next,
    async take(count) {
      const taken: Heard[] = []
      while (taken.length < count) taken.push(await next())
      return taken
    },
  }
}

const text = (octets: Uint8Array): string => Buffer.from(octets).toString()
const octetsOf = (written: string): Uint8Array => new Uint8Array(Buffer.from(written))

/** Packets of a length, each told by its first octets, one behind the other. */
function runOf(packets: number, packetBytes: number): Uint8Array {
  const octets = new Uint8Array(packets * packetBytes).fill(0xa5)
  for (let packet = 0; packet < packets; packet++) {
    new DataView(octets.buffer).setUint32(packet * packetBytes, 0xbeef_0000 + packet)
  }
  return octets
}

/** What every kind of link promises (sdk/link/link.ts). */
export function testContract(kind: KindOfLink): void {
  const isCarried = (bytes: number): boolean => bytes >= (kind.packetBytesLeast ?? 0) && bytes <= kind.packetBytesMost
  const nameOf = kind.nameOf ?? ((of: Link) => of.address)
  const test = (title: string, run: (t: Test, one: Link, other: Link) => Promise<void>): void => {
    t.test(`${kind.name}: ${title}`, { skip: kind.skip }, async (t) => {
      const [one, other] = kind.pair()
      t.teardown(() => Promise.all([one.close(), other.close()]))
      await run(t, one, other)
    })
  }

  test('carries packets both ways, and says who sent them', async (t, one, other) => {
    const [atOne, atOther] = [await listen(one), await listen(other)]
    one.send(octetsOf('hello'), nameOf(other, one))
    const first = await atOther.next()
    t.strictSame([text(first.octets), first.from], ['hello', nameOf(one, other)])
    other.send(octetsOf('welcome'), first.from)
    const second = await atOne.next()
    t.strictSame([text(second.octets), second.from], ['welcome', nameOf(other, one)])
  })

  test('has sent, or copied, the octets when send returns, also those of a Buffer', async (t, one, other) => {
    const atOther = await listen(other)
    await one.start({ packet() {} })
    for (const packet of [octetsOf('first'), Buffer.from('first')]) {
      one.send(packet, nameOf(other, one))
      packet.fill(0)
      t.equal(text((await atOther.next()).octets), 'first')
    }
    for (const run of [octetsOf('onetwo'), Buffer.from('onetwo')]) {
      one.sendRun?.(run, 3, nameOf(other, one))
      run.fill(0)
      t.strictSame(
        (await atOther.take(2)).map(({ octets }) => text(octets)),
        ['one', 'two'],
      )
    }
  })

  test('carries runs of 1 to 64 packets of every length that the protocol has, whole and in order', async (t, one, other) => {
    const atOther = await listen(other)
    await one.start({ packet() {} })
    for (const packetBytes of [86, 90, 1078, 1082]) {
      for (const packets of [1, 2, 3, 31, 63, 64]) {
        const run = runOf(packets, packetBytes)
        one.sendRun?.(run, packetBytes, nameOf(other, one))
        const heard = await atOther.take(packets)
        const isSame = heard.every(({ octets }, at) =>
          Buffer.from(octets).equals(run.subarray(at * packetBytes, (at + 1) * packetBytes)),
        )
        t.ok(isSame, `${packets} × ${packetBytes}`)
        t.ok(
          heard.every(({ from }) => from === nameOf(one, other)),
          'all from the sender',
        )
      }
    }
    const { sentPackets, lostPackets } = one.stats!()
    t.strictSame({ sentPackets, lostPackets }, { sentPackets: 4 * 164, lostPackets: 0 })
    t.equal(other.stats!().receivedPackets, 4 * 164)
  })

  test('keeps the order of runs and single packets of other lengths between them', async (t, one, other) => {
    const atOther = await listen(other)
    await one.start({ packet() {} })
    const to = nameOf(other, one)
    for (let round = 0; round < 8; round++) {
      one.sendRun?.(runOf(5, 86), 86, to)
      one.send(new Uint8Array(1078).fill(1), to)
      one.sendRun?.(runOf(2, 1082), 1082, to)
      one.send(new Uint8Array(86).fill(2), to)
    }
    const lengths = (await atOther.take(9 * 8)).map(({ octets }) => octets.length)
    const expected = [86, 86, 86, 86, 86, 1078, 1082, 1082, 86]
    t.strictSame(lengths, Array.from({ length: 8 }, () => expected).flat())
  })

  test('carries packets of any length and content, also empty ones', async (t, one, other) => {
    const atOther = await listen(other)
    await one.start({ packet() {} })
    for (const length of [0, 1, 64, 1500, 9000, 65_507].filter(isCarried)) {
      const packet = new Uint8Array(randomBytes(length))
      one.send(packet, nameOf(other, one))
      const heard = await atOther.next()
      t.ok(Buffer.from(heard.octets).equals(packet), `${length} octets`)
    }
  })

  test('loses, and counts, what cannot be sent, and goes on', async (t, one, other) => {
    one.send(octetsOf('before the start'), kind.nobody)
    one.sendRun?.(runOf(3, 86), 86, kind.nobody)
    t.equal(one.stats!().lostPackets, 4)
    const atOther = await listen(other)
    await one.start({ packet() {} })
    const to = nameOf(other, one)
    const nowhere = ['', 'nonsense', 'udp://', 'udp://127.0.0.1:0', 'memory:', 'ethernet:', 'http://127.0.0.1:9']
    for (const address of nowhere) one.send(octetsOf('lost'), address)
    t.equal(one.stats!().lostPackets, 4 + nowhere.length)
    one.sendRun?.(runOf(65, 86), 86, to)
    one.sendRun?.(runOf(2, 86).subarray(1), 86, to)
    one.sendRun?.(new Uint8Array(0), 86, to)
    one.sendRun?.(runOf(1, 86), 0, to)
    one.send(octetsOf('to nobody'), kind.nobody)
    if (kind.packetBytesMost < 70_000) {
      one.send(new Uint8Array(70_000), to)
      one.sendRun?.(new Uint8Array(140_000), 70_000, to)
    }
    one.send(octetsOf('after all'), to)
    t.equal(text((await atOther.next()).octets), 'after all')
    t.ok(one.stats!().lostPackets >= 4 + nowhere.length + 4, 'all of them are counted')
    t.equal(one.stats!().queuedPackets, 0)
  })

  test('a receiver may answer, and close the link, while it is handed a packet', async (t, one, other) => {
    const closed = new Promise<number>((resolve) => {
      let heard = 0
      void other.start({
        packet(packet, from) {
          heard += 1
          other.send(packet, from)
          void other.close().then(() => setTimeout(() => resolve(heard), 20))
        },
      })
    })
    await one.start({ packet() {} })
    // Once more: the other one may not have been started yet.
    const again = setInterval(() => one.sendRun?.(runOf(20, 86), 86, nameOf(other, one)), 20)
    t.ok((await closed) <= 20, 'and hears no more than what was on its way')
    clearInterval(again)
  })

  test('refuses a second start, and can be started again when it was closed', async (t, one, other) => {
    await one.start({ packet() {} })
    const error: unknown = await one.start({ packet() {} }).catch((reason: unknown) => reason)
    t.type(error, LinkError)
    t.match(error, { code: 'ERR_VIEWNET_LINK_START', message: /already started/ })
    await one.close()
    await one.close()
    const atOne = await listen(one)
    await other.start({ packet() {} })
    other.send(octetsOf('again'), nameOf(one, other))
    t.equal(text((await atOne.next()).octets), 'again')
  })

  test('closes before a start, while it starts, twice, and two times at once', async (t, one) => {
    await one.close()
    const starting = one.start({ packet() {} }).catch((error: unknown) => error)
    await one.close()
    const outcome = await starting
    if (outcome !== undefined) {
      t.match(outcome, { code: 'ERR_VIEWNET_LINK_START', message: /closed while starting/ })
    }
    await one.start({ packet() {} })
    await Promise.all([one.close(), one.close()])
    await one.close()
    one.send(octetsOf('lost'), kind.nobody)
    t.pass('and sends nothing afterwards')
  })

  test('says what it is, and what it carried', async (t, one, other) => {
    t.match(one.stats!(), { sentPackets: 0, receivedPackets: 0, lostPackets: 0, queuedPackets: 0 })
    const atOther = await listen(other)
    await one.start({ packet() {} })
    one.sendRun?.(runOf(10, 86), 86, nameOf(other, one))
    one.send(new Uint8Array(86), nameOf(other, one))
    await atOther.take(11)
    const stats = one.stats!()
    t.match(stats, { ...kind.stats, sentPackets: 11, lostPackets: 0, queuedPackets: 0, receivedPackets: 0 })
    t.match(other.stats!(), { receivedPackets: 11, sentPackets: 0 })
    t.not(one.stats!(), stats, 'a copy each time')
    if (kind.stats.kind === 'memory') return
    const { receiveBufferBytes = 0, receiveBurstPackets = 0 } = stats
    t.ok(
      receiveBufferBytes > 0 && receiveBurstPackets > 0,
      `${receiveBufferBytes} octets, ${receiveBurstPackets} packets`,
    )
    t.ok(receiveBurstPackets * 86 < receiveBufferBytes, 'a packet takes more of the buffer than its octets')
    if (kind.stats.isAccelerated) {
      t.ok(stats.sendCalls < 11, `${stats.sendCalls} calls sent 11 packets`)
      t.equal(stats.whyNotAccelerated, undefined)
    }
  })
}

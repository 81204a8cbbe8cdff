import { udpLink, type Link } from 'viewnet/link'
import { PacketCodec, type Packet } from 'viewnet/wire'
import t, { type Test } from 'tap'
import type { RunRecord } from '../../../harness/report/index.js'
import { certified } from './certified.js'

const STRANGERS_EXCHANGE = 0x51_2a_96_e3
const codec = new PacketCodec()

/** A link at whose converter a stranger knocks, as soon as somebody else asks it something: with the same REQUEST, as another exchange. */
function visitedLink(link: Link, visit: (request: Packet, converter: string) => void): Link {
  return {
    get address() {
      return link.address
    },
    start: (receiver) =>
      link.start({
        packet(octets, from) {
          const packet = codec.decode(octets)
          if (packet.message.exchange !== STRANGERS_EXCHANGE && packet.message.type === 'REQUEST') {
            visit({ ...packet, message: { ...packet.message, exchange: STRANGERS_EXCHANGE } }, link.address)
          }
          receiver.packet(octets, from)
        },
      }),
    send: (octets, to) => link.send(octets, to),
    close: () => link.close(),
  }
}

/** The same, of a converter that takes everybody for the peer that it knows, and answers whoever asked. */
function hospitable(link: Link, stranger: string): Link {
  let peer: string | undefined
  return {
    get address() {
      return link.address
    },
    start: (receiver) =>
      link.start({
        packet(octets, from) {
          if (from !== stranger) peer ??= from
          receiver.packet(octets, from === stranger ? (peer ?? from) : from)
        },
      }),
    send: (octets, to) =>
      link.send(octets, codec.decode(octets).message.exchange === STRANGERS_EXCHANGE ? stranger : to),
    close: () => link.close(),
  }
}

/** Certify a converter at whose door a stranger knocks. */
async function visited(t: Test, around: (link: Link, stranger: string) => Link): Promise<[RunRecord, number]> {
  const stranger = udpLink('udp://127.0.0.1:0')
  let answers = 0
  await stranger.start({ packet: () => answers++ })
  t.teardown(() => stranger.close())
  const record = await certified(t.testdir({}), ['reach', 'list', 'clean'], {
    converterLink: (link) =>
      around(
        visitedLink(link, (request, converter) => stranger.send(codec.encode(request), converter)),
        stranger.address,
      ),
  })
  return [record, answers]
}

t.test('a converter that answers a stranger does not pass [issue 2, Admission]', async (t) => {
  const [record, answers] = await visited(t, hospitable)
  t.ok(answers > 0, 'the stranger was answered')
  t.not(record.verdict, 'pass')
  t.not(record.why, '')
})

t.test('a converter that answers no stranger is not blamed for the visit [issue 2, Admission]', async (t) => {
  const [record, answers] = await visited(t, (link) => link)
  t.equal(answers, 0)
  t.not(record.verdict, 'fail')
  t.ok(record.cases.every(({ outcome }) => outcome === 'pass'))
  t.equal(record.verdict, 'pass')
})

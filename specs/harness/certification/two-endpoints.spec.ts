import t from 'tap'
import type { Link } from 'viewnet/link'
import { certified } from './certified.js'

const CASES = ['reach', 'list', 'two-endpoints']

/** Bit 7 of the packet type is the label; the command code stands at the beginning of the payload [protocol 1, 2]. */
const isResource = (packet: Uint8Array): boolean => Buffer.from(packet).readUInt16BE(18) === 0x5202

/** A converter that changes what goes to another peer than the first. */
function unlike(change: (packet: Buffer, to: string, first: string, send: Link['send']) => void): (link: Link) => Link {
  return (link) => {
    let first: string | undefined
    return {
      get address() {
        return link.address
      },
      start: (receiver) => link.start(receiver),
      send(packet, to) {
        first ??= to
        change(Buffer.from(packet), to, first, (octets, peer) => link.send(octets, peer))
      },
      close: () => link.close(),
    }
  }
}

t.test('two endpoints at once are both served whole and alike [issue 6, Cases]', async (t) => {
  const { verdict, why, cases, counts } = await certified(t.testdir({}), CASES)
  t.equal(`${verdict} ${why}`, 'pass ')
  t.match(cases.at(-1)?.measurements, [
    { name: 'announced', value: 60, unit: 'resources', limit: '= 60' },
    { name: 'received', value: 60, limit: '= 60' },
  ])
  t.equal(counts.announced, 60, 'both exchanges are counted')
})

t.test('a converter that tells one endpoint what another asked for fails', async (t) => {
  const crosstalk = unlike((packet, to, first, send) => {
    send(packet, to)
    if (to !== first && isResource(packet)) send(packet, first)
  })
  const { verdict, cases } = await certified(t.testdir({}), CASES, { converterLink: crosstalk })
  t.equal(verdict, 'fail')
  t.match(cases.at(-1), { id: 'two-endpoints', outcome: 'fail', why: /the (first|second) one was told of another$/ })
})

t.test('a converter that serves only one of two endpoints fails', async (t) => {
  const deaf = unlike((packet, to, first, send) => {
    if (to === first || !isResource(packet)) send(packet, to)
  })
  const { cases } = await certified(t.testdir({}), CASES, { converterLink: deaf })
  t.match(cases.at(-1), { id: 'two-endpoints', outcome: 'fail', why: /^(first|second) endpoint: / })
})

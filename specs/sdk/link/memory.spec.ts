import t from 'tap'
import { LinkError, MemoryNetwork, type Link } from '../../../sdk/link/index.js'

/** The next packet that a link hears, as text and sender. */
function hearing(link: Link): { readonly next: Promise<string>; readonly started: Promise<void> } {
  let started!: Promise<void>
  const next = new Promise<string>((resolve) => {
    started = link.start({ packet: (packet, from) => resolve(`${Buffer.from(packet).toString()} from ${from}`) })
  })
  return { next, started }
}

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const receiver = { packet() {} }

t.test('carries packets by name, and says who sent them', async (t) => {
  const network = new MemoryNetwork()
  const [a, b] = [network.link('a'), network.link('b')]
  t.equal(a.address, 'memory:a')
  const atB = hearing(b)
  await Promise.all([a.start(receiver), atB.started])
  a.send(octets('hello'), 'memory:b')
  t.equal(await atB.next, 'hello from memory:a')
})

t.test('delivers later and in order, what was copied when it was sent, also of a Buffer', async (t) => {
  const network = new MemoryNetwork()
  const [a, b] = [network.link('a'), network.link('b')]
  const heard: string[] = []
  const third = new Promise<void>((resolve) => {
    void b.start({
      packet(packet) {
        heard.push(Buffer.from(packet).toString())
        if (heard.length === 3) resolve()
      },
    })
  })
  await a.start(receiver)
  const reused = Buffer.from('1')
  for (const digit of ['1', '2', '3']) {
    reused.write(digit)
    a.send(reused, b.address)
  }
  t.strictSame(heard, [], 'nothing within send')
  await third
  t.strictSame(heard, ['1', '2', '3'])
})

t.test('loses what is sent to nobody, by a link that is not started, or by one that is closed', async (t) => {
  const network = new MemoryNetwork()
  const [a, b, silent] = [network.link('a'), network.link('b'), network.link('silent')]
  const atB = hearing(b)
  await Promise.all([a.start(receiver), atB.started])
  silent.send(octets('not started'), b.address)
  a.send(octets('to nobody'), 'memory:nobody')
  await a.close()
  a.send(octets('closed'), b.address)
  await a.start(receiver)
  a.send(octets('heard'), b.address)
  t.equal(await atB.next, 'heard from memory:a')
})

t.test('a name is one link: the second cannot start, send or close for the first', async (t) => {
  const network = new MemoryNetwork()
  const [first, second, b] = [network.link('a'), network.link('a'), network.link('b')]
  const atB = hearing(b)
  await Promise.all([first.start(receiver), atB.started])
  for (const link of [first, second]) {
    const error: unknown = await link.start(receiver).catch((reason: unknown) => reason)
    t.type(error, LinkError)
    t.match(error, { code: 'ERR_VIEWNET_LINK_START', message: /memory:a/ })
  }
  second.send(octets('forged'), b.address)
  await second.close()
  first.send(octets('true'), b.address)
  t.equal(await atB.next, 'true from memory:a')
  await first.close()
  await first.close()
  await second.start(receiver)
  t.pass('the name is free after the close')
})

t.test('two networks do not meet', async (t) => {
  const [one, other] = [new MemoryNetwork(), new MemoryNetwork()]
  const [a, b] = [one.link('a'), other.link('b')]
  const atB = hearing(b)
  const own = other.link('a')
  await Promise.all([a.start(receiver), atB.started, own.start(receiver)])
  a.send(octets('elsewhere'), b.address)
  own.send(octets('here'), b.address)
  t.equal(await atB.next, 'here from memory:a')
})

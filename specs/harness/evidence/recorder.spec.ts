import t from 'tap'
import { MemoryNetwork, type Link, type LinkReceiver } from 'viewnet/link'
import {
  decodeBatch,
  EvidenceRecorder,
  recordsOf,
  type EvidenceSink,
  type PacketBatch,
  type RecorderClock,
} from '../../../harness/evidence/index.js'
import { describeToy } from './records.js'

/** A clock that stands still until it is moved. */
class VirtualClock implements RecorderClock {
  #now = 0
  #timers: { dueMicroseconds: number; callback: () => void }[] = []

  nowMicroseconds(): number {
    return this.#now
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMicroseconds: this.#now + delayMs * 1000, callback }
    this.#timers.push(timer)
    return () => (this.#timers = this.#timers.filter((each) => each !== timer))
  }

  pass(milliseconds: number): void {
    this.#now += milliseconds * 1000
    const due = this.#timers.filter(({ dueMicroseconds }) => dueMicroseconds <= this.#now)
    this.#timers = this.#timers.filter((timer) => !due.includes(timer))
    for (const { callback } of due) callback()
  }
}

/** Keeps batches, read back from their JSON. */
class ListSink implements EvidenceSink {
  readonly batches: PacketBatch[] = []
  loss: Error | undefined

  packets(_batch: PacketBatch, json: string): void {
    this.batches.push(decodeBatch(json, 'list'))
  }

  drain(): Promise<void> {
    return this.loss ? Promise.reject(this.loss) : Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

function setUp(options: { bytes?: boolean } = {}) {
  const clock = new VirtualClock()
  const sink = new ListSink()
  const recorder = new EvidenceRecorder({ run: 'r1', describe: describeToy, sinks: [sink], clock, ...options })
  return { clock, sink, recorder }
}

const RESOURCE = (sequence: number): Uint8Array => Uint8Array.of(1, sequence)

t.test(
  'cuts a batch at 256 records, or 20 ms after its first, numbered without gaps per flow [evidence]',
  async (t) => {
    const { clock, sink, recorder } = setUp()
    for (let i = 0; i < 300; i++) recorder.observe('f1', { fate: 'dropped', packet: RESOURCE(i % 256) })
    t.equal(sink.batches.length, 1)
    clock.pass(19)
    recorder.observe('f2', { fate: 'dropped', packet: RESOURCE(1) })
    t.equal(sink.batches.length, 1)
    clock.pass(1)
    t.equal(sink.batches.length, 2)
    clock.pass(20)
    t.strictSame(
      sink.batches.map(({ run, flow, batch, first, columns }) => [run, flow, batch, first, columns.t.length]),
      [
        ['r1', 'f1', 0, 0, 256],
        ['r1', 'f1', 1, 256, 44],
        ['r1', 'f2', 0, 0, 1],
      ],
    )
    t.strictSame(recorder.flows(), { f1: { batches: 2, records: 300 }, f2: { batches: 1, records: 1 } })
    t.strictSame(recorder.totals('f3'), { batches: 0, records: 0 })
  },
)

t.test('cuts a batch before its text grows beyond what a reader takes [evidence]', async (t) => {
  const { sink, recorder } = setUp()
  for (let i = 0; i < 100; i++) recorder.observe('f1', { fate: 'dropped', packet: Uint8Array.of(2, i) })
  await recorder.flush('f1')
  t.equal(sink.batches.length, 4, '26 texts of 40,000 characters fit into a mebioctet')
  t.equal(recorder.totals('f1').records, 100)
})

t.test('flush cuts at once, and tells what a sink has lost [evidence]', async (t) => {
  const { sink, recorder } = setUp()
  recorder.observe('f1', { fate: 'dropped', packet: RESOURCE(1) })
  t.strictSame(recorder.totals('f1'), { batches: 1, records: 1 })
  await recorder.flush('f2')
  t.equal(sink.batches.length, 0)
  await recorder.flush('f1')
  t.equal(sink.batches.length, 1)
  sink.loss = new Error('full')
  await t.rejects(recorder.flush(), { message: 'full' })
})

t.test('taps a link on both ways, at its own side, without changing what it does [evidence]', async (t) => {
  const { clock, sink, recorder } = setUp({ bytes: true })
  const network = new MemoryNetwork()
  const converter = recorder.tapLink(network.link('converter'), 'converter', 'f1')
  const endpoint = recorder.tapLink(network.link('endpoint'), 'endpoint', 'f1')
  const got: [number[], string][] = []
  const arrived = new Promise<void>((resolve) => {
    const receiver: LinkReceiver = {
      packet(packet, from) {
        got.push([[...packet], from])
        if (got.length === 2) resolve()
      },
    }
    void endpoint.start(receiver)
  })
  await converter.start({ packet: () => undefined })
  t.equal(converter.address, 'memory:converter')
  clock.pass(1)
  converter.send(RESOURCE(7), 'memory:endpoint')
  converter.send(Uint8Array.of(9, 9, 9), 'memory:endpoint')
  await arrived
  t.strictSame(got, [
    [[1, 7], 'memory:converter'],
    [[9, 9, 9], 'memory:converter'],
  ])
  await recorder.flush()
  const records = sink.batches.flatMap(recordsOf)
  t.match(records, [
    { t: 1000, at: 'converter-out', fate: 'sent', message: 'RESOURCE', sequence: 7, octets: 2, bytes: 'AQc=' },
    { at: 'converter-out', fate: 'sent', message: null, exchange: null, octets: 3, bytes: 'CQkJ' },
    { at: 'endpoint-in', fate: 'received', message: 'RESOURCE' },
    { at: 'endpoint-in', fate: 'rejected', message: null, content: null, fields: null },
  ])
  await Promise.all([converter.close(), endpoint.close()])
})

t.test('records a packet before an answer to it can come, and passes errors on [evidence]', async (t) => {
  const { sink, recorder } = setUp()
  let receiver: LinkReceiver | undefined
  const echo: Link = {
    address: 'memory:echo',
    start: (given) => {
      receiver = given
      return Promise.resolve()
    },
    send: (packet, to) => receiver?.packet(packet, to),
    close: () => Promise.resolve(),
  }
  const errors: unknown[] = []
  const tapped = recorder.tapLink(echo, 'endpoint', 'f1')
  await tapped.start({ packet: () => undefined, error: (error) => errors.push(error) })
  tapped.send(RESOURCE(1), 'memory:echo')
  receiver?.error?.({ code: 'ERR_VIEWNET_LINK' } as never)
  await recorder.flush()
  t.strictSame(sink.batches[0]?.columns.at, ['endpoint-out', 'endpoint-in'])
  t.match(errors, [{ code: 'ERR_VIEWNET_LINK' }])
})

t.test('puts the packets of a long-lived link into the flow that each belongs to [evidence]', async (t) => {
  const { sink, recorder } = setUp()
  const network = new MemoryNetwork()
  const link = recorder.tapLink(network.link('converter'), 'converter', ({ exchange }) => `case-${exchange ?? 'none'}`)
  await link.start({ packet: () => undefined })
  link.send(RESOURCE(1), 'memory:nobody')
  link.send(Uint8Array.of(2, 0), 'memory:nobody')
  link.send(Uint8Array.of(3), 'memory:nobody')
  await recorder.flush()
  t.strictSame(
    sink.batches.map(({ flow }) => flow),
    ['case-77', 'case-78', 'case-none'],
  )
  await link.close()
})

t.test(
  'sees every packet of a run, in order and before it is sent, and passes the run on whole [evidence]',
  async (t) => {
    const { sink, recorder } = setUp({ bytes: true })
    const network = new MemoryNetwork()
    const runs: [octets: Uint8Array, packetBytes: number, to: string][] = []
    const beneath: Link = {
      ...network.link('a'),
      sendRun(octets, packetBytes, to) {
        t.equal(recorder.totals('f1').records, 3, 'what follows from a packet is not seen before it')
        runs.push([Uint8Array.from(octets), packetBytes, to])
      },
    }
    const link = recorder.tapLink(beneath, 'converter', 'f1')
    link.sendRun?.(Uint8Array.of(1, 7, 1, 8, 1, 9), 2, 'memory:b')
    link.sendRun?.(Uint8Array.of(1, 7, 1), 2, 'memory:b')
    t.strictSame(runs, [
      [Uint8Array.of(1, 7, 1, 8, 1, 9), 2, 'memory:b'],
      [Uint8Array.of(1, 7, 1), 2, 'memory:b'],
    ])
    await recorder.flush()
    const [batch] = sink.batches
    t.strictSame(batch?.columns.sequence, [7, 8, 9], 'a run that is none is lost whole, and nothing of it is seen')
    t.strictSame(batch?.bytes, ['AQc=', 'AQg=', 'AQk='])
    t.equal(link.stats?.().kind, network.link('c').stats?.().kind)
  },
)

t.test('a link without runs has none when it is tapped [evidence]', (t) => {
  const whole = new MemoryNetwork().link('a')
  const plain: Link = {
    address: whole.address,
    start: (receiver) => whole.start(receiver),
    send: (packet, to) => whole.send(packet, to),
    close: () => whole.close(),
  }
  const link = setUp().recorder.tapLink(plain, 'endpoint', 'f1')
  t.notOk('sendRun' in link && link.sendRun !== undefined)
  t.notOk('stats' in link && link.stats !== undefined)
  t.end()
})

t.test('a flow that cannot be published never disturbs a link; flush tells it [evidence]', async (t) => {
  const { recorder } = setUp()
  const link = recorder.tapLink(new MemoryNetwork().link('a'), 'endpoint', () => 'a/b')
  await link.start({ packet: () => undefined })
  t.doesNotThrow(() => link.send(RESOURCE(1), 'memory:b'))
  await t.rejects(recorder.flush(), { code: 'ERR_VIEWNET_TOPIC', message: /flow.*"a\/b"/ })
  await link.close()
})

t.test('refuses a run that cannot stand in a topic [evidence]', (t) => {
  for (const run of ['', 'a/b', 'a+', '#', 'a\0', '\ud800', 'x'.repeat(129)]) {
    t.throws(() => new EvidenceRecorder({ run, describe: describeToy, sinks: [] }), { code: 'ERR_VIEWNET_TOPIC' })
  }
  t.end()
})

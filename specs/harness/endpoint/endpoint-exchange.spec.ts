import t from 'tap'
import { exchangeTransitions, type Message } from '../../../harness/endpoint/index.js'
import { ExchangeDriver, resource, resources, response, roundEnd } from './exchange-driver.js'

t.test('hands out resources in ascending sequence, each once', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(4), resource(2, 4), resource(1, 4), resource(4, 4), resource(2, 4))
  t.same(driver.sequences, [1, 2])
  driver.receive(resource(3, 4), roundEnd(4))
  driver.advance(1_000)
  t.same(driver.sequences, [1, 2, 3, 4])
  t.same(
    driver.events.map(({ type }) => type),
    ['response', 'resource', 'resource', 'resource', 'resource', 'roundEnded', 'end'],
  )
  t.same(driver.events[1], {
    type: 'resource',
    sequence: 1,
    startMs: 1_700_000_060_000,
    endMs: 1_700_000_120_000,
    channel: 2,
    kinds: 2,
    key: '0000000100000001',
    sizeBytes: 1000,
  })
  t.match(driver.end, { duplicates: 1 })
})

t.test('hands out a recording that goes on without an end [protocol 2]', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(1), resource(1, 1, 0, { endMs: 0n }))
  t.match(driver.events[1], { type: 'resource', endMs: undefined })
})

t.test('hands out what is behind a gap when the exchange ends without filling it', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(600), resource(1, 600), resource(3, 600), resource(600, 600))
  t.same(driver.sequences, [1])
  driver.exchange.abort()
  driver.drain()
  t.same(driver.sequences, [1, 3, 600])
  t.match(driver.end, { verdict: 'aborted', received: 3, count: 600 })
})

t.test('ends a round without ROUND_END when nothing came for 500 ms [protocol 3]', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(2), resource(1, 2))
  driver.advance(499)
  driver.receive(resource(2, 2))
  driver.takeSent()
  driver.advance(499)
  t.same(driver.takeSent(), [])
  driver.advance(1)
  t.same(driver.takeSent(), ['999 COMPLETE r0 2/2'])
})

t.test('does not complete before the round has ended, so that packets that trail are seen', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(1), resource(1, 1))
  t.equal(driver.exchange.phase, 'collecting')
  driver.receive(resource(1, 1, 0, { channel: 9 }))
  t.match(driver.end, { verdict: 'contradiction' })
})

t.test('repeats a MISMATCH every 500 ms until something of a later round comes [protocol 3]', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(3), ...resources([1, 3], 3), roundEnd(3))
  driver.advance(1_200)
  driver.receive(roundEnd(3))
  driver.advance(100)
  t.same(driver.takeSent(), ['0 REQUEST', '0 MISMATCH r0 2/3', '500 MISMATCH r0 2/3', '1000 MISMATCH r0 2/3'])
  driver.receive(resource(1, 3, 1))
  driver.advance(450)
  t.same(driver.takeSent(), [], 'a later round began')
  driver.receive(resource(2, 3, 1), resource(3, 3, 1), roundEnd(3, 1))
  driver.advance(1_000)
  t.match(driver.end, { verdict: 'complete', rounds: 2, duplicates: 0 }, 'what was asked for again is no duplicate')
})

t.test('takes a ROUND_END as the whole of a later round [protocol 3]', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(1), roundEnd(1), roundEnd(1, 1))
  t.same(driver.takeSent(), ['0 REQUEST', '0 MISMATCH r0 0/1', '0 MISMATCH r1 0/1'])
})

t.test('says the same in every repeat, whatever came late [protocol 3]', async (t) => {
  const driver = new ExchangeDriver({ selective: true })
  driver.receive(response(3), resource(1, 3), roundEnd(3))
  const first = driver.sent.splice(0).slice(1)
  driver.receive(resource(2, 3))
  driver.advance(500)
  t.same(
    driver.sent.map(({ message }) => message),
    first.map(({ message }) => message),
  )
  driver.receive(resource(2, 3, 1), resource(3, 3, 1), roundEnd(3, 1, 2))
  driver.advance(1_000)
  t.match(driver.end, { verdict: 'complete', duplicates: 0 }, 'it was asked for, though it had come meanwhile')
})

t.test('names what is missing, 8192 sequences a packet, only where something is [protocol 2, MISSING]', async (t) => {
  const count = 8192 * 3 + 5
  const driver = new ExchangeDriver({ selective: true })
  driver.receive(response(count))
  for (let sequence = 1; sequence <= count; sequence++) {
    const isLost = sequence === 1 || sequence === 8192 || sequence > 8192 * 2
    if (!isLost) driver.receive(resource(sequence, count))
  }
  driver.receive(roundEnd(count))
  t.same(
    driver.sent.splice(0, 1).map(({ message }) => message.type),
    ['REQUEST'],
  )
  const messages = driver.sent.splice(0).map(({ message }) => message)
  t.match(messages[0], { type: 'COUNT_REPORT', missingPackets: 3, received: count - 2 - 8192 - 5 })
  const missing = messages.slice(1) as Extract<Message, { type: 'MISSING' }>[]
  t.match(missing, [
    { type: 'MISSING', first: 1, index: 0, round: 0 },
    { type: 'MISSING', first: 16_385, index: 1, round: 0 },
    { type: 'MISSING', first: 24_577, index: 2, round: 0 },
  ])
  t.equal(missing[0]!.bitmap[0], 0x80)
  t.equal(missing[0]!.bitmap[1023], 0x01)
  t.ok(missing[1]!.bitmap.every((octet) => octet === 0xff))
  t.same(missing[2]!.bitmap, new Uint8Array(1024).fill(0xf8, 0, 1), 'what is beyond the count is not missing')
})

t.test('counts as duplicates what it did not ask for', async (t) => {
  const driver = new ExchangeDriver({ selective: true })
  driver.receive(response(3), ...resources([1, 2], 3), roundEnd(3))
  driver.receive(resource(1, 3, 1))
  driver.receive(resource(3, 3, 1), resource(3, 3, 1))
  driver.receive(resource(2, 3, 0))
  driver.receive(roundEnd(3, 1))
  driver.advance(1_000)
  t.match(driver.end, { verdict: 'complete', duplicates: 3 }, 'not missing, twice in a round, late')
})

t.test('takes nothing of a round that nobody asked for', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(2), resource(1, 2), resource(2, 2, 1), resource(2, 2, 60_000), roundEnd(2, 9))
  t.equal(driver.exchange.phase, 'collecting')
  driver.receive(roundEnd(2))
  t.equal(driver.takeSent().at(-1), '0 MISMATCH r0 1/2')
  driver.receive(resource(2, 2, 2))
  t.equal(driver.exchange.phase, 'reporting', 'nor is a round skipped')
  driver.receive(resource(2, 2, 1))
  t.equal(driver.exchange.phase, 'collecting')
  driver.receive(roundEnd(2, 1))
  driver.advance(1_000)
  t.match(driver.end, { verdict: 'complete', duplicates: 3 })
})

t.test('reports ABANDON after three rounds in a row that brought nothing new [protocol 3]', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(4), ...resources([1, 2], 4), roundEnd(4))
  driver.receive(...resources([1, 2], 4, 1), roundEnd(4, 1))
  driver.receive(roundEnd(4, 2))
  driver.receive(resource(3, 4, 3), roundEnd(4, 3))
  driver.receive(roundEnd(4, 4), roundEnd(4, 5))
  t.equal(driver.end, undefined, 'a round that brought something starts the count anew')
  driver.receive(roundEnd(4, 6))
  t.equal(driver.takeSent().at(-1), '0 ABANDON r6 3/4')
  t.match(driver.end, { verdict: 'abandoned', received: 3, count: 4, rounds: 7 })
  t.match(driver.end?.why, /3 rounds in a row brought nothing new after 3 of 4 resources/)
})

t.test('reports ABANDON after 32 rounds [protocol 3]', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(100))
  for (let round = 0; round < 32; round++) {
    t.equal(driver.end, undefined)
    driver.receive(resource(round + 1, 100, round), roundEnd(100, round))
  }
  t.equal(driver.takeSent().at(-1), '0 ABANDON r31 32/100')
  t.match(driver.end, { verdict: 'abandoned', rounds: 32, received: 32 })
})

t.test('gives up a converter that ignores its reports for 60 s', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(2), resource(1, 2), roundEnd(2))
  for (let second = 0; second < 61; second++) {
    driver.advance(1_000)
    driver.receive(roundEnd(2))
  }
  t.match(driver.end, { verdict: 'abandoned', received: 1 })
  t.match(driver.takeSent().at(-1), /^60000 ABANDON/)
})

t.test('gives up a converter that repeats one resource for ever', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(2))
  for (let tick = 0; tick < 700 && !driver.end; tick++) {
    driver.receive(resource(1, 2))
    driver.advance(100)
  }
  t.match(driver.end, { verdict: 'abandoned', received: 1 })
  t.equal(driver.nowMs, 60_000)
})

t.test('completes an empty list with one ROUND_END, or with silence [protocol 3]', async (t) => {
  for (const messages of [[roundEnd(0)], []]) {
    const driver = new ExchangeDriver()
    driver.receive(response(0), ...messages)
    driver.advance(1_000)
    t.match(driver.end, { verdict: 'complete', received: 0, count: 0, rounds: 1 })
  }
})

t.test('sends PROGRESS after every quarter window, and once when nothing more comes [protocol 3]', async (t) => {
  const driver = new ExchangeDriver({ credit: true, window: 40 })
  driver.receive(response(100))
  driver.takeSent()
  for (let sequence = 1; sequence <= 25; sequence++) {
    // The highest sequence tells how much went out, whatever was lost of it.
    if (sequence % 2 === 0) driver.receive(resource(sequence, 100))
  }
  t.same(driver.takeSent(), ['0 PROGRESS r0 10', '0 PROGRESS r0 20'])
  driver.advance(400)
  t.same(driver.takeSent(), ['25 PROGRESS r0 24'])
  driver.receive(roundEnd(100))
  t.same(driver.takeSent(), ['400 MISMATCH r0 12/100'])
  driver.receive(resource(1, 100, 1))
  driver.advance(100)
  t.same(driver.takeSent(), ['425 PROGRESS r1 1'])
})

t.test('counts packets, not sequences, in a selective round with CREDIT', async (t) => {
  const driver = new ExchangeDriver({ credit: true, selective: true, window: 8 })
  driver.receive(response(100), roundEnd(100))
  driver.takeSent()
  driver.receive(...resources([10, 50, 51, 99], 100, 1))
  t.same(driver.takeSent(), ['0 PROGRESS r1 50', '0 PROGRESS r1 99'])
})

t.test('sends no PROGRESS without CREDIT', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(100), ...resources([1, 2, 3], 100))
  driver.advance(400)
  t.same(driver.takeSent(), ['0 REQUEST'])
})

t.test('aborts with one ABANDON, and is quiet from then on', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(2), resource(1, 2))
  driver.exchange.abort()
  driver.exchange.abort()
  driver.drain()
  t.same(driver.takeSent(), ['0 REQUEST', '0 ABANDON r0 1/2'])
  t.match(driver.end, { verdict: 'aborted', why: 'the requester stopped after 1 of 2 resources' })
  t.equal(driver.exchange.nextTimeoutMs, undefined)
  const events = driver.events.length
  driver.receive(resource(2, 2), roundEnd(2), response(7))
  driver.exchange.handleTimeout(1e9)
  driver.drain()
  t.same([driver.sent.length, driver.events.length], [0, events])
})

t.test('aborts silently before the first REQUEST, and ends as what it is after COMPLETE or a refusal', async (t) => {
  const fresh = new ExchangeDriver()
  fresh.receive(response(1), resource(1, 1), roundEnd(1))
  fresh.exchange.abort()
  fresh.drain()
  t.match(fresh.end, { verdict: 'complete' })
  t.same(fresh.takeSent(), ['0 REQUEST', '0 COMPLETE r0 1/1'])
  const refused = new ExchangeDriver()
  refused.receive(response(0, 'DEVICE_FAULT'))
  refused.exchange.abort()
  refused.drain()
  t.match(refused.end, { verdict: 'refused' })
})

t.test('tells the end only when everything is transmitted', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(1))
  driver.exchange.abort()
  t.equal(driver.exchange.pollEvent(), undefined)
  t.match(driver.exchange.pollTransmit(0), { type: 'COUNT_REPORT', verdict: 2 })
  t.match(driver.exchange.pollEvent(), { type: 'end' })
  t.equal(driver.exchange.pollEvent(), undefined)
})

t.test('every phase is reached from asking, and every one leads to the end', async (t) => {
  const reachable = (from: string): Set<string> => {
    const seen = new Set<string>([from])
    for (const phase of seen) {
      for (const next of Object.values(exchangeTransitions[phase as keyof typeof exchangeTransitions])) seen.add(next)
    }
    return seen
  }
  const phases = Object.keys(exchangeTransitions)
  t.same([...reachable('asking')].sort(), [...phases].sort())
  for (const phase of phases) t.ok(reachable(phase).has('ended'), phase)
  t.same(exchangeTransitions.ended, {})
})

import t from 'tap'
import type { Message } from '../../../harness/endpoint/index.js'
import { ExchangeDriver, resource, resources, response, roundEnd } from './exchange-driver.js'

t.test('asks every second, five times, and then says that nobody answered [protocol 3]', async (t) => {
  const driver = new ExchangeDriver()
  driver.advance(60_000)
  t.same(driver.takeSent(), [
    '0 REQUEST',
    '1000 REQUEST',
    '2000 REQUEST',
    '3000 REQUEST',
    '4000 REQUEST',
    '5000 ABANDON r0 0/0',
  ])
  t.match(driver.end, { verdict: 'no-response', received: 0, count: undefined, rounds: 0, duplicates: 0 })
})

t.test('asks no more once a RESPONSE came [protocol 3]', async (t) => {
  const driver = new ExchangeDriver()
  driver.advance(1_500)
  driver.receive(response(2))
  driver.advance(400)
  driver.receive(...resources([1, 2], 2), roundEnd(2))
  driver.advance(60_000)
  t.same(driver.takeSent(), [
    '0 REQUEST',
    '1000 REQUEST',
    '1900 COMPLETE r0 2/2',
    '2000 COMPLETE r0 2/2',
    '2100 COMPLETE r0 2/2',
  ])
  t.match(driver.end, { verdict: 'complete', received: 2, count: 2, rounds: 1, duplicates: 0 })
})

t.test('waits 60 s while the RESPONSE is PENDING, asking every 5 s [protocol 3]', async (t) => {
  const driver = new ExchangeDriver()
  driver.advance(300)
  for (let asked = 0; asked < 11; asked++) {
    driver.receive(response(0, 'PENDING'))
    driver.advance(5_000)
  }
  t.equal(
    driver.takeSent().join(),
    ['0', ...Array.from({ length: 11 }, (_, at) => `${5_300 + at * 5_000}`)].map((at) => `${at} REQUEST`).join(),
  )
  driver.advance(10_000)
  t.same(driver.takeSent(), ['60300 ABANDON r0 0/0'])
  t.match(driver.end, { verdict: 'no-response', why: 'the RESPONSE was still PENDING after 60000 ms' })
  t.same(
    driver.events.map(({ type }) => type),
    ['end'],
    'PENDING is no final RESPONSE',
  )
})

t.test('takes the RESPONSE that follows PENDING [protocol 3]', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(0, 'PENDING'))
  driver.advance(20_000)
  driver.receive(response(1), resource(1, 1), roundEnd(1))
  driver.receive(response(0, 'PENDING'))
  driver.advance(1_000)
  t.match(driver.end, { verdict: 'complete', count: 1 }, 'and a PENDING that comes late changes nothing')
})

t.test('goes on without the RESPONSE, but says COMPLETE only when asking for it is over', async (t) => {
  const driver = new ExchangeDriver()
  driver.advance(200)
  driver.receive(resource(1, 2), roundEnd(2))
  driver.receive(resource(2, 2, 1), roundEnd(2, 1))
  t.equal(driver.exchange.phase, 'holding')
  driver.advance(1_000)
  t.same(driver.takeSent(), ['0 REQUEST', '200 MISMATCH r0 1/2', '1000 REQUEST'])

  const answered = new ExchangeDriver()
  answered.receive(resource(1, 1), roundEnd(1))
  answered.advance(1_100)
  answered.receive(response(1))
  answered.advance(1_000)
  t.match(answered.takeSent().slice(-3), [/^1100 COMPLETE/, /^1200 COMPLETE/, /^1300 COMPLETE/])
  t.match(answered.events[answered.events.length - 2], { type: 'response', count: 1 })

  driver.advance(10_000)
  t.same(driver.takeSent(), [
    '2000 REQUEST',
    '3000 REQUEST',
    '4000 REQUEST',
    '5000 COMPLETE r1 2/2',
    '5100 COMPLETE r1 2/2',
    '5200 COMPLETE r1 2/2',
  ])
  t.match(driver.end, { verdict: 'complete', count: 2 }, 'a RESPONSE that never comes does not undo what is here')
})

t.test('asks five times more for a RESPONSE that was lost after PENDING', async (t) => {
  const driver = new ExchangeDriver()
  driver.receive(response(0, 'PENDING'))
  driver.advance(4_000)
  driver.receive(resource(1, 1), roundEnd(1))
  driver.takeSent()
  driver.advance(20_000)
  t.same(
    driver.takeSent().map((line) => line.slice(0, 13)),
    [
      '5000 REQUEST',
      '6000 REQUEST',
      '7000 REQUEST',
      '8000 REQUEST',
      '9000 REQUEST',
      '10000 COMPLET',
      '10100 COMPLET',
      '10200 COMPLET',
    ],
  )
})

t.test('ends as refused when the RESPONSE says so and nothing follows [protocol 2, RESPONSE]', async (t) => {
  for (const status of ['UNKNOWN_DEVICE', 'DEVICE_REFUSED', 'BUSY', 'NOT_SUPPORTED'] as const) {
    const driver = new ExchangeDriver()
    driver.receive(response(0, status), response(0, status), roundEnd(0))
    driver.advance(10_000)
    t.same(driver.takeSent(), ['0 REQUEST'], 'a refusal needs no report')
    t.match(driver.events, [
      { type: 'response', status, count: 0 },
      { type: 'end', verdict: 'refused', rounds: 0 },
    ])
  }
  const driver = new ExchangeDriver()
  driver.receive({ ...response(0), status: 99 } as Message)
  driver.advance(10_000)
  t.match(driver.events, [{ status: '99' }, { verdict: 'refused', why: 'the converter answered 99' }])
})

t.test('forgives BUSY beside another answer, because repeats of REQUEST are answered one by one', async (t) => {
  const first = new ExchangeDriver()
  first.receive(response(1), response(0, 'BUSY'), resource(1, 1), roundEnd(1))
  first.advance(1_000)
  t.match(first.end, { verdict: 'complete' })
  const second = new ExchangeDriver()
  second.receive(response(0, 'BUSY'), resource(1, 1))
  t.match(second.end, { verdict: 'refused' })
  t.equal(second.takeSent().at(-1), '0 ABANDON r0 0/0', 'the exchange that was opened is freed')
})

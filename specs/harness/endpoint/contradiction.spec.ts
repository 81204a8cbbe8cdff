import t from 'tap'
import type { Message, RequestMessage } from '../../../harness/endpoint/index.js'
import { ExchangeDriver, resource, resources, response, roundEnd } from './exchange-driver.js'

interface Contradiction {
  readonly name: string
  readonly messages: readonly Message[]
  readonly why: RegExp
}

/** What a converter may never say, and what the endpoint says of it. */
const contradictions: readonly Contradiction[] = [
  {
    name: 'two RESPONSE counts',
    messages: [response(3), response(4)],
    why: /^the RESPONSE says a count of 4; the RESPONSE said 3$/,
  },
  {
    name: 'a RESOURCE whose count is not the announced one',
    messages: [response(3), resource(1, 4)],
    why: /^the RESOURCE with sequence 1 says a count of 4; the RESPONSE said 3$/,
  },
  {
    name: 'a RESPONSE whose count is not that of the resources before it',
    messages: [resource(1, 3), response(2)],
    why: /^the RESPONSE says a count of 2; the RESOURCE with sequence 1 said 3$/,
  },
  {
    name: 'a ROUND_END whose count differs',
    messages: [response(3), roundEnd(2)],
    why: /^the ROUND_END of round 0 says a count of 2; the RESPONSE said 3$/,
  },
  {
    name: 'sequence 0',
    messages: [response(3), resource(0, 3)],
    why: /has sequence 0; with a count of 3 sequences are 1–3$/,
  },
  { name: 'a sequence beyond the count', messages: [response(3), resource(4, 3)], why: /has sequence 4; .* are 1–3$/ },
  { name: 'a resource of an empty list', messages: [response(0), resource(1, 0)], why: /has sequence 1; .* are none$/ },
  {
    name: 'one sequence with two contents',
    messages: [response(3), resource(2, 3), resource(2, 3, 0, { key: 1n })],
    why: /^sequence 2 has two contents: key is 1, and was 8589934594$/,
  },
  {
    name: 'one sequence with another content in a later round',
    messages: [response(2), resource(1, 2), roundEnd(2), resource(1, 2, 1, { endMs: 0n })],
    why: /^sequence 1 has two contents: endMs is 0/,
  },
  {
    name: 'another content in a round that nobody asked for',
    messages: [response(2), resource(1, 2), resource(1, 2, 7, { kinds: 8 })],
    why: /^sequence 1 has two contents: kinds is 8, and was 2$/,
  },
  {
    name: 'a resource that ends before it starts',
    messages: [response(2), resource(1, 2, 0, { endMs: 5n })],
    why: /^sequence 1 ends at 5 ms, before it starts at/,
  },
  {
    name: 'a resource beyond any calendar',
    messages: [response(2), resource(1, 2, 0, { startMs: 2n ** 64n - 1n, endMs: 0n })],
    why: /^sequence 1 lasts from 18446744073709551615 to 0 ms, which no calendar holds$/,
  },
  {
    name: 'a resource after a refusal',
    messages: [response(0, 'UNKNOWN_DEVICE'), resource(1, 3)],
    why: /^a RESOURCE came, sequence 1, after the RESPONSE said UNKNOWN_DEVICE$/,
  },
  {
    name: 'a ROUND_END of something after a refusal',
    messages: [response(0, 'DEVICE_FAULT'), roundEnd(3)],
    why: /^a ROUND_END came with a count of 3 after the RESPONSE said DEVICE_FAULT$/,
  },
  {
    name: 'a refusal after resources',
    messages: [resource(1, 3), response(0, 'DEVICE_FAULT')],
    why: /^a RESPONSE says DEVICE_FAULT though resources were announced$/,
  },
  {
    name: 'OK after a refusal',
    messages: [response(0, 'DEVICE_FAULT'), response(1)],
    why: /^a RESPONSE says OK after the RESPONSE said DEVICE_FAULT$/,
  },
  {
    name: 'a refusal that announces resources',
    messages: [response(2, 'DEVICE_FAULT')],
    why: /^the RESPONSE says DEVICE_FAULT and a count of 2; a refusal has 0$/,
  },
  {
    name: 'a RESPONSE about another device',
    messages: [{ type: 'RESPONSE', status: 0, count: 0, device: 1n, snapshotMs: 0n }],
    why: /^the RESPONSE is about device 00000-00000-00000-00001; the REQUEST was about 00001-00020-00300-00007$/,
  },
  {
    name: 'more resources than anybody can take',
    messages: [response(0xffffffff)],
    why: /^the RESPONSE announces 4294967295 resources; this endpoint takes 2000000 at most$/,
  },
  {
    name: 'more resources than anybody can take, told by a RESOURCE',
    messages: [resource(0xffffffff, 0xffffffff)],
    why: /announces 4294967295 resources/,
  },
]

const requests: readonly Partial<RequestMessage>[] = [{}, { selective: true }, { credit: true, window: 4 }]

for (const { name, messages, why } of contradictions) {
  t.test(`ends on ${name} and tells the converter ABANDON`, async (t) => {
    for (const request of requests) {
      const driver = new ExchangeDriver(request)
      driver.receive(...messages)
      t.match(driver.end, { verdict: 'contradiction', why })
      t.match(driver.takeSent().at(-1), / ABANDON /)
      t.equal(driver.exchange.nextTimeoutMs, undefined)
      driver.advance(120_000)
      t.same(driver.takeSent(), [], 'and is quiet from then on')
    }
  })
}

t.test('takes a count up to its own bound and no further', async (t) => {
  const driver = new ExchangeDriver({}, { maxResources: 3 })
  driver.receive(response(3), ...resources([1, 2, 3], 3), roundEnd(3))
  driver.advance(1_000)
  t.match(driver.end, { verdict: 'complete' })
  const beyond = new ExchangeDriver({}, { maxResources: 3 })
  beyond.receive(response(4))
  t.match(beyond.end, { verdict: 'contradiction', why: /this endpoint takes 3 at most/ })
})

t.test('keeps every content whole, so that no two can look the same', async (t) => {
  const changes = [
    { startMs: 1n },
    { endMs: 0n },
    { channel: 9 },
    { kinds: 0 },
    { sizeBytes: 0n },
    { key: 2n ** 64n - 1n },
  ]
  for (const change of changes) {
    const driver = new ExchangeDriver()
    driver.receive(response(1), resource(1, 1), resource(1, 1, 0, change))
    t.match(driver.end, { verdict: 'contradiction', why: new RegExp(`${Object.keys(change).join()} is `) })
  }
})

t.test('holds a resource in about 38 octets, also where sequences come from far apart', async (t) => {
  const count = 200_000
  const driver = new ExchangeDriver()
  driver.receive(response(count))
  const before = process.memoryUsage().arrayBuffers
  for (let at = 0; at < count; at++) driver.exchange.receive(resource(1 + ((at * 77_773) % count), count), 0)
  const perResource = (process.memoryUsage().arrayBuffers - before) / count
  t.ok(perResource < 64, `${perResource.toFixed(1)} octets a resource`)
  driver.drain()
  t.equal(driver.sequences.length, count)
})

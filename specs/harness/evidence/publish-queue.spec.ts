import t from 'tap'
import { Backoff } from '../../../harness/evidence/backoff.js'
import { PublishQueue, type QueuedMessage } from '../../../harness/evidence/publish-queue.js'

function message(name: string, key?: string, release?: () => void): QueuedMessage {
  return {
    topic: name,
    payload: Buffer.alloc(10),
    retain: false,
    ...(key !== undefined && { key }),
    ...(release && { release }),
  }
}

function queueOf(...names: string[]): PublishQueue {
  const queue = new PublishQueue({ maxQueuedOctets: 1000, maxInFlight: 3 })
  for (const name of names) queue.offer(message(name))
  return queue
}

function takeAll(queue: PublishQueue) {
  const sendings = []
  for (let sending; (sending = queue.take());) sendings.push(sending)
  return sendings
}

const namesOf = (sendings: ReturnType<typeof takeAll>): string[] => sendings.map(({ message }) => message.topic)

t.test('sends in order, no more than may be under way, and forgets what is acknowledged', (t) => {
  const queue = queueOf('a', 'b', 'c', 'd')
  const [a, b, c] = takeAll(queue)
  t.match(queue, { inFlight: 3, waiting: 1, octets: 40, idle: false })
  queue.acknowledge(b!)
  t.strictSame(namesOf(takeAll(queue)), ['d'])
  queue.acknowledge(a!)
  queue.acknowledge(c!)
  t.match(queue, { inFlight: 1, waiting: 0, octets: 10 })
  t.end()
})

t.test('after a lost connection sends again what was under way, in its old order, and believes no late answer', (t) => {
  const queue = queueOf('a', 'b', 'c', 'd')
  const [a, b, c] = takeAll(queue)
  queue.acknowledge(b!)
  queue.rewind()
  t.notOk(queue.acknowledge(a!))
  t.notOk(queue.acknowledge(c!))
  t.strictSame(namesOf(takeAll(queue)), ['a', 'c', 'd'])
  t.end()
})

t.test('holds what has a key until it is acknowledged and confirmed, whichever comes first', (t) => {
  const queue = new PublishQueue({ maxQueuedOctets: 1000, maxInFlight: 3 })
  const released: string[] = []
  for (const name of ['a', 'b']) queue.offer(message(name, name, () => released.push(name)))
  const [a, b] = takeAll(queue)
  queue.acknowledge(a!)
  queue.confirm('b')
  t.strictSame(released, [])
  t.strictSame(
    queue.unacknowledged().map(({ topic }) => topic),
    ['b'],
  )
  queue.rewind()
  t.strictSame(namesOf(takeAll(queue)), ['a', 'b'], 'the broker may have forgotten what it acknowledged')
  t.notOk(queue.acknowledge(b!))
  queue.confirm('a')
  queue.confirm('a')
  queue.confirm('of nobody')
  t.strictSame(released, [], 'sent again, and not acknowledged yet')
  t.end()
})

t.test('a message that is given up is awaited no longer', (t) => {
  const queue = new PublishQueue({ maxQueuedOctets: 1000, maxInFlight: 3 })
  queue.offer(message('a', 'a'))
  queue.acknowledge(takeAll(queue)[0]!, true)
  t.ok(queue.idle)
  t.end()
})

t.test('refuses what does not fit, and has room again when half of it is free', (t) => {
  const queue = new PublishQueue({ maxQueuedOctets: 40, maxInFlight: 9 })
  for (const name of ['a', 'b', 'c', 'd']) t.ok(queue.offer(message(name)))
  t.notOk(queue.offer(message('e')))
  t.notOk(queue.hasRoom)
  for (const sending of takeAll(queue).slice(0, 2)) queue.acknowledge(sending)
  t.ok(queue.hasRoom)
  t.end()
})

t.test('lets no reader fall behind further than a broker queues for it', (t) => {
  const queue = new PublishQueue({ maxQueuedOctets: 1e9, maxInFlight: 1000 })
  for (let i = 0; i < 3000; i++) queue.offer(message(`${i}`, `${i}`))
  const sent: string[] = []
  for (;;) {
    const sendings = takeAll(queue)
    if (sendings.length === 0) break
    t.ok(sendings.length <= 512)
    for (const sending of sendings) queue.acknowledge(sending)
    t.strictSame(takeAll(queue), [], 'acknowledged is not read')
    for (const { message } of sendings) queue.confirm(message.topic)
    sent.push(...namesOf(sendings))
  }
  t.strictSame(
    sent,
    Array.from({ length: 3000 }, (_, i) => `${i}`),
  )
  t.ok(queue.idle)
  t.equal(queue.octets, 0)
  t.end()
})

t.test('waits longer after every failure, within bounds, never in step, and the same by seed', (t) => {
  const waits = (seed: number): number[] => {
    const backoff = new Backoff(seed)
    return Array.from({ length: 10 }, () => backoff.nextMs())
  }
  t.strictSame(waits(7), waits(7))
  t.notSame(waits(7), waits(8))
  waits(7).forEach((ms, i) => {
    const most = Math.min(10_000, 250 * 2 ** i)
    t.ok(most / 2 <= ms && ms <= most, `${ms} of ${most}`)
  })
  const backoff = new Backoff(7)
  for (let i = 0; i < 9; i++) backoff.nextMs()
  backoff.reset()
  t.ok(backoff.nextMs() <= 250)
  t.end()
})

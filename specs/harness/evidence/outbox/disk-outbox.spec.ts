import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import type { BenchError } from '../../../../harness/bench/errors.js'
import { bodyOctets, decodeFrame, encodeFrame } from '../../../../harness/evidence/outbox/frame.js'
import { DiskOutbox, type OutboxMessage } from '../../../../harness/evidence/outbox/index.js'

const MAX_OCTETS = 64 * 1024 ** 2

function message(number: number, octets = 10): OutboxMessage {
  const payload = Buffer.alloc(octets, ' ')
  payload.write(String(number))
  return { topic: `a/${number % 3}`, payload, retain: number % 2 === 1, ...(number % 5 === 0 && { key: `k${number}` }) }
}

function numbers(messages: readonly OutboxMessage[]): number[] {
  return messages.map(({ payload }) => Number(payload.toString()))
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

async function opened(folder: string, maxOctets = MAX_OCTETS) {
  const losses: { messages: number; error: BenchError }[] = []
  const onLoss = (messages: number, error: BenchError): void => void losses.push({ messages, error })
  return { outbox: await DiskOutbox.open({ folder, maxOctets, onLoss }), losses }
}

async function filled(folder: string, count: number, octets?: number): Promise<void> {
  const { outbox } = await opened(folder)
  for (let i = 0; i < count; i++) outbox.append(message(i, octets))
  await outbox.close()
}

t.test('gives messages back as they were taken, in order, and leaves nothing behind', async (t) => {
  const folder = join(t.testdir(), 'outbox')
  const { outbox, losses } = await opened(folder)
  t.throws(() => readdirSync(folder), { code: 'ENOENT' }, 'no folder before there is a message')
  for (let i = 0; i < 100; i++) t.ok(outbox.append(message(i)))
  t.equal(outbox.unread, 100)
  const first = await outbox.read(1)
  for (let i = 100; i < 200; i++) outbox.append(message(i))
  const rest = await outbox.read(MAX_OCTETS)
  t.strictSame(numbers([...first, ...rest]), upTo(200))
  t.match(first[0], message(0))
  t.match(rest[4], { topic: 'a/2', retain: true, key: 'k5' })
  t.equal(outbox.unread, 0)
  for (const stored of [...first, ...rest]) outbox.settle(stored)
  await outbox.close()
  await outbox.close()
  t.throws(() => readdirSync(folder), { code: 'ENOENT' }, 'nor after the last is settled')
  t.strictSame(losses, [])
})

t.test('writes segment after segment, and deletes each when all in it is settled', async (t) => {
  const folder = t.testdir()
  const { outbox } = await opened(folder, 1024 ** 3)
  for (let i = 0; i < 40; i++) outbox.append(message(i, 1024 ** 2))
  const messages = await outbox.read(1024 ** 3)
  t.strictSame(numbers(messages), upTo(40))
  t.equal(readdirSync(folder).length, 3, '16 MiB each')
  for (const stored of messages.slice(0, 39)) outbox.settle(stored)
  t.ok(outbox.octets < 16 * 1024 ** 2, 'and the room is free again')
  await outbox.close()
  t.equal(readdirSync(folder).length, 1)
})

t.test('takes no more than fits, and takes again when there is room', async (t) => {
  const { outbox } = await opened(join(t.testdir(), 'outbox'), 3000)
  t.ok(outbox.append(message(0, 1000)))
  t.ok(outbox.append(message(1, 1000)))
  t.notOk(outbox.append(message(2, 1000)))
  for (const stored of await outbox.read(MAX_OCTETS)) outbox.settle(stored)
  t.ok(outbox.append(message(3, 1000)))
  await outbox.close()
})

t.test('says how many messages the disk did not take, and goes on with the next', async (t) => {
  const base = t.testdir({ taken: 'a file, where a folder is wanted' })
  await t.rejects(opened(join(base, 'taken')), { code: 'ERR_VIEWNET_EVIDENCE_FILE', message: /expected a folder/ })
  const folder = join(base, 'outbox')
  const { outbox, losses } = await opened(folder)
  writeFileSync(folder, 'in the way of the folder')
  outbox.append(message(0))
  outbox.append(message(1))
  t.strictSame(await outbox.read(MAX_OCTETS), [])
  t.equal(
    losses.reduce((sum, { messages }) => sum + messages, 0),
    2,
  )
  t.match(losses[0]?.error, { code: 'ERR_VIEWNET_EVIDENCE_LOST', message: /outbox .*: expected the disk to keep/ })
  t.match(outbox, { unread: 0, octets: 0 })
  rmSync(folder)
  outbox.append(message(2))
  t.strictSame(numbers(await outbox.read(MAX_OCTETS)), [2])
  await outbox.close()
})

t.test('gives an earlier process’s messages to the next one, without the keys that it waited for', async (t) => {
  const folder = t.testdir()
  await filled(folder, 30)
  const { outbox, losses } = await opened(folder)
  outbox.append(message(30))
  const messages = await outbox.read(MAX_OCTETS)
  t.strictSame(numbers(messages), upTo(31))
  t.strictSame([...new Set(messages.map(({ segment }) => segment.isInherited))], [true, false])
  await outbox.close()
  t.strictSame(losses, [])
})

t.test('puts back what was read and not acknowledged, in front of the rest', async (t) => {
  const folder = t.testdir()
  const { outbox } = await opened(folder, 1024 ** 3)
  for (let i = 0; i < 20; i++) outbox.append(message(i, 1024 ** 2))
  const read = await outbox.read(18 * 1024 ** 2)
  await outbox.putBack(read)
  await outbox.close()
  const { outbox: next } = await opened(folder, 1024 ** 3)
  const again = numbers(await next.read(1024 ** 3))
  t.strictSame(again.slice(0, read.length), upTo(read.length))
  t.strictSame([...new Set(again)], upTo(20), 'some of it twice, none of it out of order')
  await next.close()
})

t.test('outlives a death in the middle of a message: cut anywhere, what is whole is whole', async (t) => {
  const folder = t.testdir()
  await filled(folder, 5)
  const [name = ''] = readdirSync(folder)
  const whole = readFileSync(join(folder, name))
  const frames = upTo(5).map((i) => encodeFrame(message(i)).length)
  for (let octets = whole.length; octets >= 0; octets--) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), whole.subarray(0, octets))
    const { outbox, losses } = await opened(folder)
    const got = numbers(await outbox.read(MAX_OCTETS))
    let room = octets - 8
    const expected = frames.filter((frame) => (room -= frame) >= 0).length
    if (got.length !== expected || losses.length > 0) t.fail(`cut to ${octets}: ${got.join(' ')}`)
    await outbox.close()
  }
  t.pass(`${whole.length + 1} cuts`)
})

t.test('notices damage in the middle, says it, and keeps the rest', async (t) => {
  const folder = t.testdir()
  const { outbox } = await opened(folder, 1024 ** 3)
  for (let i = 0; i < 20; i++) outbox.append(message(i, 1024 ** 2))
  await outbox.close()
  const [first = '', second = ''] = readdirSync(folder).sort()
  truncateSync(join(folder, first), 3 * 1024 ** 2)
  const damaged = await opened(folder, 1024 ** 3)
  t.match(damaged.losses, [{ error: { code: 'ERR_VIEWNET_EVIDENCE_LOST', message: new RegExp(first) } }])
  t.strictSame(numbers(await damaged.outbox.read(1024 ** 3)).slice(0, 3), [0, 1, 16])
  await damaged.outbox.close()
  writeFileSync(join(folder, second), 'something else altogether')
  const foreign = await opened(folder, 1024 ** 3)
  t.match(foreign.losses, [{ error: { message: new RegExp(second) } }])
  await foreign.outbox.close()
})

t.test('believes no frame that was changed: one octet anywhere is enough', (t) => {
  const seed = Date.now() & 0x7fffffff
  t.comment(`seed ${seed}`)
  const frame = encodeFrame(message(5, 50))
  fc.assert(
    fc.property(fc.nat({ max: frame.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(frame)
      changed[at]! ^= change
      const header = changed.subarray(0, 8)
      const octets = bodyOctets(header)
      // A length that reaches beyond the file is a message that was cut.
      if (octets === undefined || octets > changed.length - 8) return true
      return decodeFrame(header, changed.subarray(8, 8 + octets)) === undefined
    }),
    { seed, numRuns: 500 },
  )
  t.match(decodeFrame(frame.subarray(0, 8), frame.subarray(8)), message(5, 50))
  t.end()
})

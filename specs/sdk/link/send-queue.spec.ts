import t from 'tap'
import { SendQueue, type QueuedRun } from '../../../sdk/link/send-queue.js'

const to = new Uint8Array(6)

/** A run of packets of four octets that hold their numbers. */
function runOf(first: number, packets: number): QueuedRun {
  const octets = new Uint8Array(packets * 4)
  const view = new DataView(octets.buffer)
  for (let at = 0; at < packets; at++) view.setUint32(at * 4, first + at)
  return { octets, packets, packetBytes: 4, to }
}

function numbersOf({ octets, packets }: QueuedRun): number[] {
  const view = new DataView(octets.buffer, octets.byteOffset)
  return Array.from({ length: packets }, (_, at) => view.getUint32(at * 4))
}

t.test('hands packets on in the order they came in, however few are taken at a time', async (t) => {
  for (const takenAtMost of [1, 3, 7, 64, 1000]) {
    const queue = new SendQueue()
    const taken: number[] = []
    let next = 0
    for (let rounds = 0; rounds < 40; rounds++) {
      t.ok(queue.push(runOf(next, 1 + (rounds % 64))))
      next += 1 + (rounds % 64)
      let left = takenAtMost
      queue.flush((run) => {
        const numbers = numbersOf(run).slice(0, left)
        taken.push(...numbers)
        left -= numbers.length
        return numbers.length
      })
      t.equal(queue.packets, next - taken.length)
    }
    queue.flush((run) => {
      taken.push(...numbersOf(run))
      return run.packets
    })
    t.equal(queue.packets, 0)
    t.strictSame(
      taken,
      Array.from({ length: next }, (_, at) => at),
    )
  }
})

t.test('keeps a copy: whoever handed over a run may write over it', async (t) => {
  const queue = new SendQueue()
  const run = runOf(10, 3)
  queue.push({ ...run, octets: Buffer.from(run.octets.buffer) })
  run.octets.fill(0xff)
  queue.flush((kept) => {
    t.strictSame(numbersOf(kept), [10, 11, 12])
    return kept.packets
  })
})

t.test('takes at most 4096 packets and 4 MiB, and nothing of a run that is more', async (t) => {
  const queue = new SendQueue()
  t.ok(queue.push(runOf(0, 4000)))
  t.notOk(queue.push(runOf(4000, 97)))
  t.equal(queue.packets, 4000)
  t.ok(queue.push(runOf(4000, 96)))
  t.notOk(queue.push(runOf(4096, 1)))
  queue.flush((run) => run.packets)
  const octets = new Uint8Array(4 * 1024 * 1024)
  t.ok(queue.push({ octets, packets: 64, packetBytes: 65_536, to }))
  t.notOk(queue.push(runOf(0, 1)))
})

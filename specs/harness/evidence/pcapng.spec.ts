import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import { describePacket } from '../../../harness/endpoint/index.js'
import {
  batchOf,
  EvidenceError,
  PcapngSink,
  readEvidenceFile,
  readPcapng,
  type PacketRecord,
} from '../../../harness/evidence/index.js'
import { vectors } from '../endpoint/vectors.js'
import { captureOf, readCapture, seedOf, STARTED_AT_MS } from './capture-of.js'
import { BlockMaker, frameOf } from './pcapng-blocks.js'
import { resourceRecord } from './records.js'

const packetOf = new Map(vectors.map(({ name, encoded }) => [name, encoded]))
const PROGRESS = packetOf.get('PROGRESS')!

/** One of everything: every message, octets that are no packet, an empty one; two flows, one of them with an awkward name. */
function everything(path: string) {
  return captureOf(path, (recorder) => {
    for (const { encoded } of vectors) recorder.observe('loss-full', { fate: 'dropped', packet: encoded })
    recorder.observe('50 %  丢包', { fate: 'corrupted', packet: Uint8Array.of(9, 8, 7) })
    recorder.observe('50 %  丢包', { fate: 'delayed', packet: new Uint8Array() })
  })
}

t.test('gives every record and the totals back as they were [evidence]', async (t) => {
  const { path, batches, totals } = await everything(join(t.testdir(), 'packets.pcapng'))
  t.strictSame(await readCapture(path), { batches, totals })
  t.equal(batches.length, 2)
})

t.test('gives many batches of several flows back, whatever pieces the file comes in [evidence]', async (t) => {
  const { path, octets, batches, totals } = await captureOf(join(t.testdir(), 'packets.pcapng'), (recorder) => {
    for (let i = 0; i < 1500; i++) {
      const { encoded } = vectors[i % vectors.length]!
      recorder.observe(`flow-${i % 3}`, { fate: 'dropped', packet: encoded })
    }
  })
  t.equal(batches.length, 6)
  const seed = seedOf(t)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 40 }), async (sizes) => {
      const pieces: Uint8Array[] = []
      for (let at = 0, i = 0; at < octets.length; i++) {
        const size = sizes[i % sizes.length]!
        pieces.push(octets.subarray(at, at + size))
        at += size
      }
      t.strictSame(await readCapture(path, pieces), { batches, totals })
    }),
    { seed, numRuns: 20 },
  )
})

t.test('writes blocks as the draft says, octet by octet [pcapng]', async (t) => {
  const { octets, batches } = await captureOf(join(t.testdir(), 'packets.pcapng'), (recorder) => {
    recorder.observe('f1', { fate: 'dropped', packet: PROGRESS })
  })
  const made = new BlockMaker({ littleEndian: true })
  const time = STARTED_AT_MS * 1000 + batches[0]!.columns.t[0]!
  // Metropolitan area 1, access 2 ← metropolitan area 1, access 1
  const ethernet = Buffer.from('02000001000202000001000188b5', 'hex')
  const comment = 'run=r1 flow=f1 fate=dropped batch=0 index=0 record=0'
  const expected = made.packet(4, time, Buffer.concat([ethernet, PROGRESS]), comment)
  t.ok(octets.includes(Buffer.from(expected)), 'the packet')
  t.ok(octets.includes(Buffer.from('run=r1 startedAtMs=1700000000000')), 'the run')
  t.ok(octets.includes(Buffer.from('flow=f1 batches=1 records=1')), 'the totals')
  t.strictSame(octets.subarray(0, 4), Buffer.from('0a0d0d0a', 'hex'))
})

t.test('reads captures of either byte order, passing over what it does not know [pcapng]', async (t) => {
  for (const littleEndian of [true, false]) {
    const make = new BlockMaker({ littleEndian })
    const file = [
      ...make.section('run=r1 startedAtMs=1000'),
      ...make.block(0x0bad, [...make.u32(32473), 1, 2, 3, 4]),
      ...make.interface('endpoint-in', [[9, [6]]]),
      ...make.block(4, [0, 0, 0, 0]),
      ...make.packet(0, 1_000_005, frameOf(PROGRESS), 'run=r1 flow=f%20%25 fate=received batch=7 index=0 record=900'),
      ...make.statistics(0, ['looked at by somebody', 'flow=f%20%25 batches=8 records=901']),
    ]
    const described = describePacket(PROGRESS)
    const { rejected: _, ...description } = described
    const record: PacketRecord = {
      t: 5,
      at: 'endpoint-in',
      fate: 'received',
      octets: 86,
      bytes: Buffer.from(PROGRESS).toString('base64'),
      ...description,
    }
    t.strictSame(await readCapture('file', [Uint8Array.from(file)]), {
      batches: [batchOf({ run: 'r1', flow: 'f %', batch: 7, first: 900 }, [record])],
      totals: { 'f %': { batches: 8, records: 901 } },
    })
  }
})

t.test('names the capture that was cut, at every octet [evidence]', async (t) => {
  const { path, octets, batches } = await everything(join(t.testdir(), 'packets.pcapng'))
  let refused = 0
  for (let length = 0; length < octets.length; length++) {
    const failure = await readCapture(path, [octets.subarray(0, length)]).then(
      () => undefined,
      (error: unknown) => error,
    )
    if (failure instanceof EvidenceError && failure.code === 'ERR_VIEWNET_EVIDENCE_FORMAT') refused++
    else t.fail(`cut at octet ${length}`, { failure })
  }
  t.equal(refused, octets.length)

  const withoutStatistics = octets.subarray(0, octets.indexOf(Buffer.from('0500000028000000', 'hex')))
  await t.rejects(readCapture(path, [withoutStatistics]), { message: /statistics of converter-out.*cut off/ })
  const read = []
  const chunks = (async function* () {
    yield withoutStatistics
  })()
  for await (const entry of readPcapng(path, { describe: describePacket, totalsKnown: true, chunks }))
    if (entry.type !== 'sides') read.push(entry)
  t.strictSame(
    read,
    batches.map((batch) => ({ type: 'packets', batch })),
    'where totals are known from elsewhere, it will do',
  )
})

t.test('lets nothing but EvidenceError out, whatever the octets are [evidence]', async (t) => {
  const { path, octets } = await everything(join(t.testdir(), 'packets.pcapng'))
  const seed = seedOf(t)
  const expectRefusal = async (pieces: readonly Uint8Array[]): Promise<void> => {
    try {
      await readCapture(path, pieces)
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error
    }
  }
  await fc.assert(fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), expectRefusal), {
    seed,
    numRuns: 300,
  })
  const change = fc.tuple(fc.nat(octets.length - 1), fc.nat(255))
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const damaged = new Uint8Array(octets)
      for (const [at, octet] of changes) damaged[at] = octet
      await expectRefusal([damaged])
    }),
    { seed, numRuns: 1000 },
  )
})

t.test('names what is no capture of a run, and where [evidence]', async (t) => {
  const make = new BlockMaker({ littleEndian: true })
  const begin = [...make.section('run=r1 startedAtMs=1000'), ...make.interface('link')]
  const comment = 'run=r1 flow=f1 fate=dropped batch=0 index=0 record=0'
  const packet = (text = comment, frame = frameOf(PROGRESS), time = 2_000_000, cut = 0): number[] => [
    ...begin,
    ...make.packet(0, time, frame, text, cut),
  ]
  const next = (text: string): number[] => [...packet(), ...make.packet(0, 2_000_000, frameOf(PROGRESS), text)]
  const withoutEnd = [...make.u32(0x0a0d0d0a), ...make.u32(2 ** 24 + 4), ...make.u32(0x1a2b3c4d)]
  const hostile: readonly [name: string, file: number[], message: RegExp][] = [
    ['nothing', [], /octet 0: expected a block of 12/],
    ['no capture', [...Buffer.from('{"v":1,"run":"r1"}')], /octet 0: expected the section header/],
    ['no byte order', make.block(0x0a0d0d0a, [1, 2, 3, 4]), /byte-order magic 0x1a2b3c4d, got 0x01020304/],
    ['a block without end', withoutEnd, /at most 16777216 octets, got 16777220/],
    ['a length of 13', [...begin, ...make.u32(6), ...make.u32(13), 0, 0, 0, 0], /octet \d+: .*multiple of 4, got 13/],
    ['two lengths', [...begin.slice(0, -4), ...make.u32(8)], /again at its end, got 8/],
    [
      'version 2',
      make.block(0x0a0d0d0a, [...make.u32(0x1a2b3c4d), 2, 0, 0, 0, ...make.u32(0), ...make.u32(0)]),
      /version 1, got 2/,
    ],
    ['a section of 4 octets', make.block(0x0a0d0d0a, make.u32(0x1a2b3c4d)), /expected 16 octets, got 4/],
    ['two sections', [...begin, ...begin], /expected one section/],
    ['somebody else’s', make.section('a capture'), /comment 'run=…', got none/],
    ['no start', make.section('run=r1'), /'startedAtMs=', got none/],
    ['a strange interface', [...begin, ...make.interface('eth0')], /got 'eth0'/],
    ['an interface twice', [...begin, ...make.interface('link')], /once as an interface, got 'link'/],
    ['another link type', [...begin, ...make.interface('endpoint-in', [], 101)], /link type 1, got 101/],
    ['nanoseconds', [...begin, ...make.interface('endpoint-in', [[9, [9]]])], /if_tsresol: expected 6, got 9/],
    ['an offset', [...begin, ...make.interface('endpoint-in', [[14, [1, 0, 0, 0, 0, 0, 0, 0]]])], /if_tsoffset/],
    [
      'a long option',
      [...begin, ...make.block(1, [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 9, 0, 1, 2, 3, 4])],
      /option 2: .*4 octets, got 9/,
    ],
    [
      'an unknown interface',
      [...begin, ...make.packet(1, 0, frameOf(PROGRESS), comment)],
      /one of 1 interfaces, got number 1/,
    ],
    ['no comment', [...packet('looked at')], /comment 'run=…'/],
    ['another run', packet('run=r2 flow=f1 fate=dropped batch=0 index=0 record=0'), /expected run 'r1', got 'r2'/],
    ['no flow', packet('run=r1 fate=dropped batch=0 index=0 record=0'), /'flow=', got none/],
    ['a strange fate', packet(comment.replace('dropped', 'eaten')), /'fate': expected one of sent.*got 'eaten'/],
    ['a negative batch', packet(comment.replace('batch=0', 'batch=-1')), /'batch': expected a whole number, got '-1'/],
    ['a field twice', packet(`${comment} batch=0`), /each name=value once, got 'batch=0'/],
    ['bad escapes', packet(comment.replace('f1', 'f%')), /'flow': expected percent-encoded text/],
    ['before the run', packet(comment, frameOf(PROGRESS), 999_999), /time since the run began at 1000 ms, got 999999/],
    ['another EtherType', packet(comment, frameOf(PROGRESS, 0x0800)), /EtherType 0x88b5, got 0x0800/],
    ['a cut packet', packet(comment, frameOf(PROGRESS), 2_000_000, 4), /frame: expected 104 octets, got 100/],
    ['half a header', packet(comment, [1, 2, 3]), /expected 14 octets or more, got 3/],
    [
      'a long frame',
      [...begin, ...make.block(6, [...make.u32(0), ...make.u32(0), ...make.u32(0), ...make.u32(9), ...make.u32(9)])],
      /frame: expected at most 0 octets, got 9/,
    ],
    ['not the first', packet(comment.replace('index=0 record=0', 'index=1 record=1')), /index 0 of batch 0/],
    [
      'a gap',
      next(comment.replace('index=0 record=0', 'index=2 record=2')),
      /expected index 1 of batch 0, record 1; got 2, record 2/,
    ],
    ['statistics twice', [...begin, ...make.statistics(0), ...make.statistics(0)], /link once/],
    ['bad totals', [...begin, ...make.statistics(0, ['flow=f1 batches=1'])], /'records=', got none/],
  ]
  for (const [name, file, message] of hostile)
    await t.rejects(readCapture('file', [Uint8Array.from(file)]), { name: 'EvidenceError', message }, name)
})

t.test('bounds a batch that never ends [evidence]', async (t) => {
  const make = new BlockMaker({ littleEndian: true })
  function* endless(): Generator<Uint8Array> {
    yield Uint8Array.from([...make.section('run=r1 startedAtMs=0'), ...make.interface('link')])
    for (let i = 0; ; i++) {
      const comment = `run=r1 flow=f1 fate=dropped batch=0 index=${i} record=${i}`
      yield Uint8Array.from(make.packet(0, 0, frameOf(Uint8Array.of(1)), comment))
    }
  }
  await t.rejects(readCapture('file', endless()), { code: 'ERR_VIEWNET_EVIDENCE_SIZE', message: /4096 records/ })
})

t.test('says what it could not write [evidence]', async (t) => {
  const options = { run: 'r1', startedAtMs: 0, application: 'a specification' }
  await t.rejects(PcapngSink.open(join(t.testdir(), 'no', 'such', 'folder'), options), {
    code: 'ERR_VIEWNET_EVIDENCE_FILE',
    message: /ENOENT/,
  })
  const losses: Error[] = []
  const path = join(t.testdir(), 'packets.pcapng')
  const onLoss = (error: Error): number => losses.push(error)
  await using sink = await PcapngSink.open(path, { ...options, maxQueuedOctets: 1000, onLoss })
  const bytes = Buffer.from(PROGRESS).toString('base64')
  const batch = (number: number, record = resourceRecord(1, { bytes })): ReturnType<typeof batchOf> =>
    batchOf({ run: 'r1', flow: 'f1', batch: number, first: number }, [record])
  for (let i = 0; i < 9; i++) sink.packets(batch(i))
  t.ok(losses.length > 0)
  await t.rejects(sink.drain(), { code: 'ERR_VIEWNET_EVIDENCE_FILE', message: /does not fit/ })
  await sink.close()
  await sink.close()
  const before = losses.length
  sink.packets(batch(9))
  t.match(losses.at(-1)?.message, /the file is closed/)
  t.equal(losses.length, before + 1)
  const { batches, totals } = await readCapture(path)
  t.ok(batches.length < 9)
  t.strictSame(totals, { f1: { batches: 9, records: 9 } }, 'what was lost shows')

  await using other = await PcapngSink.open(join(t.testdir(), 'other.pcapng'), options)
  other.packets(batch(0, resourceRecord(1)))
  await t.rejects(other.drain(), { message: /batch 0 of 'f1' holds no bytes/ })
})

t.test('tells captures from NDJSON by their octets, not their names [evidence]', async (t) => {
  const folder = t.testdir()
  const { path, batches, totals } = await everything(join(folder, 'packets.pcapng'))
  const read = async (name: string): Promise<unknown[]> => {
    const entries: unknown[] = []
    for await (const entry of readEvidenceFile(join(folder, name), { describe: describePacket })) entries.push(entry)
    return entries
  }
  const packets = batches.map((batch) => ({ type: 'packets', batch }))
  await writeFile(join(folder, 'x.ndjson'), await readFile(path))
  const sides = { type: 'sides', sides: ['converter', 'endpoint'] }
  t.strictSame(await read('x.ndjson'), [sides, ...packets, { type: 'totals', flows: totals }])
  await writeFile(join(folder, 'x.pcapng'), batches.map((batch) => `${JSON.stringify(batch)}\n`).join(''))
  t.strictSame(await read('x.pcapng'), packets)
  await writeFile(join(folder, 'empty'), '')
  t.strictSame(await read('empty'), [])
  await t.rejects(read('absent'), { code: 'ERR_VIEWNET_EVIDENCE_FILE' })
})

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { encodeBatch, recordsOf, type PacketRecord } from '../../../harness/evidence/index.js'
import { statusName, verdictName } from '../../../harness/endpoint/index.js'
import { Verifier } from '../../../harness/verifier/index.js'
import { vectors } from '../endpoint/vectors.js'
import { captureOf, changed, readCapture, seedOf, type Recorded } from './capture-of.js'
import { BlockMaker, frameOf } from './pcapng-blocks.js'
import { makeExchange } from './real-exchange.js'
import { capinfos, fieldsOf, framesOf, skip, tshark } from './tshark.js'

const packetOf = (name: string): Uint8Array => vectors.find((vector) => vector.name === name)!.encoded

/** The name of a field in the dissector, and what describePacket says from what tshark prints. */
type FieldReading = readonly [name: string, read: (text: string) => unknown]

const asNumber = (text: string): number => Number(text)
const asText = (text: string): string => text
/** Wireshark 4.0 prints 1, later ones True. */
const asBoolean = (text: string): boolean => text === '1' || text === 'True'

const READINGS: Readonly<Record<string, FieldReading>> = {
  device: ['viewnet.device', asText],
  channel: ['viewnet.channel', asNumber],
  kinds: ['viewnet.kinds', asNumber],
  limit: ['viewnet.limit', asNumber],
  fromMs: ['viewnet.from', asText],
  toMs: ['viewnet.to', asText],
  rate: ['viewnet.rate', asNumber],
  window: ['viewnet.window', asNumber],
  selective: ['viewnet.flags.selective', asBoolean],
  credit: ['viewnet.flags.credit', asBoolean],
  status: ['viewnet.status', (text) => statusName(Number(text))],
  count: ['viewnet.count', asNumber],
  snapshotMs: ['viewnet.snapshot', asText],
  sent: ['viewnet.sent', asNumber],
  round: ['viewnet.round', asNumber],
  verdict: ['viewnet.verdict', (text) => verdictName(Number(text))],
  received: ['viewnet.received', asNumber],
  missingPackets: ['viewnet.missing_packets', asNumber],
  first: ['viewnet.first', asNumber],
  index: ['viewnet.index', asNumber],
  missing: ['viewnet.missing', asText],
  highest: ['viewnet.highest', asNumber],
}

const COMMON = [
  'frame.interface_name',
  'viewnet.flow',
  'viewnet.fate',
  'viewnet.message',
  'viewnet.exchange',
  'viewnet.sequence',
  'viewnet.round',
  'viewnet.content',
] as const

/** What a record says, in the words of the dissector's fields. */
function saidBy(record: PacketRecord, flow: string): Record<string, unknown> {
  const { at, fate, message, exchange, sequence, round, content, fields } = record
  return { at, flow, fate, message, exchange, sequence, round, content, fields }
}

function saidByTshark(frame: Readonly<Record<string, string>>, record: PacketRecord): Record<string, unknown> {
  const numberOrNull = (text: string | undefined): number | null => (text ? Number(text) : null)
  const [at, flow, fate, message, exchange, sequence, round, content] = COMMON.map((name) => frame[name])
  const fields = Object.keys(record.fields ?? {}).map((key) => {
    const [name, read] = READINGS[key]!
    return [key, read(frame[name] ?? '')]
  })
  return {
    at,
    flow,
    fate,
    message: message || null,
    exchange: numberOrNull(exchange),
    sequence: numberOrNull(sequence),
    round: numberOrNull(round),
    content: content ? content.slice(2) : null,
    fields: record.fields && Object.fromEntries(fields),
  }
}

/** Two exchanges as they happen: losses, damage, duplicates, both ways of resending, credit. */
function realExchanges(path: string, seed: number): Promise<Recorded> {
  return captureOf(path, async (recorder) => {
    await makeExchange(recorder, 'loss-full', { count: 60, seed, exchange: 77, selective: false })
    await makeExchange(recorder, 'loss-selective', {
      count: 60,
      seed: seed + 1,
      exchange: 78,
      selective: true,
      window: 16,
    })
  })
}

t.test('comes to the same verdict from a capture as from batches [evidence]', async (t) => {
  const seed = seedOf(t)
  const { path, batches, totals } = await realExchanges(join(t.testdir(), 'packets.pcapng'), seed)
  const read = await readCapture(path)
  const verdictOf = (evidence: typeof batches): unknown => {
    const verifier = new Verifier()
    for (const batch of evidence) verifier.add(batch)
    return verifier.finish(totals)
  }
  t.strictSame(read.totals, totals)
  t.strictSame(read.batches.map(encodeBatch), batches.map(encodeBatch))
  t.strictSame(verdictOf(read.batches), verdictOf(batches))
  t.match(verdictOf(read.batches), { verdict: 'pass' })
})

t.test(
  'tshark reads every field of a real exchange as describePacket does, without one malformed frame',
  { skip },
  async (t) => {
    const { path, batches } = await realExchanges(join(t.testdir(), 'packets.pcapng'), seedOf(t))
    const names = [...COMMON, ...Object.values(READINGS).map(([name]) => name)]
    const frames = await fieldsOf(path, [...new Set(names)])
    const records = batches.flatMap((batch) => recordsOf(batch).map((record) => ({ record, flow: batch.flow })))
    t.equal(frames.length, records.length)
    let readable = 0
    for (const [at, { record, flow }] of records.entries()) {
      // What no receiver takes is shown nevertheless, as far as it goes, with an expert info.
      if (record.message === null) continue
      readable++
      const frame = saidByTshark(frames[at]!, record)
      const expected = saidBy(record, flow)
      if (JSON.stringify(frame) !== JSON.stringify(expected)) t.strictSame(frame, expected, `frame ${at + 1}`)
    }
    t.ok(readable > 300)
    t.equal(
      new Set(records.map(({ record }) => record.message)).size,
      8,
      'every message, and packets that cannot be read',
    )
    t.notMatch(await tshark(path, '-2', '-V'), /malformed|lua error/i)

    const rejected = records.flatMap(({ record }, at) => (record.fate === 'rejected' ? [at + 1] : []))
    t.ok(rejected.length > 0)
    const refused = 'viewnet.bad_crc || viewnet.bad_length || viewnet.unknown_type'
    t.strictSame(await framesOf(path, refused), rejected, 'what the endpoint rejected, and nothing else')
    // A flipped bit may well hit the command code.
    const wrong =
      '(viewnet.count_mismatch || viewnet.unanswered_report || viewnet.unknown_command || viewnet.unknown_version) && !viewnet.bad_crc'
    t.strictSame(await framesOf(path, wrong), [], 'no warning of what is right')
    t.match(
      await capinfos(path),
      /Number of packets:\s+(\d+)[^]*Capture comment:\s+run=r1 startedAtMs=[^]*interfaces in file: 5/,
    )
  },
)

t.test('tshark sums up every exchange', { skip }, async (t) => {
  const { path } = await realExchanges(join(t.testdir(), 'packets.pcapng'), 5)
  for (const passes of [[], ['-2']]) {
    const table = await tshark(path, '-q', '-X', 'lua_script1:exchanges', ...passes)
    t.match(table, /^flow +exchange +status +count +sent +distinct +resent +dropped +rounds +report +unanswered\n/)
    t.match(table, /^loss-full +77 OK +60 +\d{3,} +60 +\d+ +\d+ +\d+ COMPLETE +0$/m)
    t.match(table, /^loss-selective +78 OK +60 +\d+ +60 +\d+ +\d+ +\d+ COMPLETE +0$/m)
  }
})

t.test('tshark warns of every kind of wrong packet, and of no right one', { skip }, async (t) => {
  const RESOURCE = packetOf('RESOURCE')
  const labelled = new Uint8Array(90)
  labelled.set([0x81], 0)
  labelled.set([0x81], 8)
  labelled.set([0, 0, 0xbe, 0xef], 18)
  labelled.set(packetOf('PROGRESS').subarray(18, 82), 22)
  const corrupted = new Uint8Array(RESOURCE)
  corrupted[30]! ^= 1
  // Offsets in the packet: the header of 18 octets, then those of docs/protocol.md, section 2.
  const packets: readonly (readonly [warning: string, packet: Uint8Array])[] = [
    ['', packetOf('REQUEST')],
    ['', packetOf('RESPONSE')],
    ['', RESOURCE],
    ['viewnet.bad_crc', corrupted],
    ['viewnet.bad_length', RESOURCE.subarray(0, 85)],
    ['viewnet.bad_length', Uint8Array.of(1, 2, 3)],
    ['viewnet.bad_length', new Uint8Array()],
    ['viewnet.unknown_type', changed(RESOURCE, 0, [4])],
    ['viewnet.unknown_type', changed(RESOURCE, 8, [2])],
    ['viewnet.unknown_command', changed(RESOURCE, 18, [0x52, 0x07])],
    ['viewnet.unknown_command', changed(RESOURCE, 18, [0x52, 0x05])],
    ['viewnet.unknown_version', changed(RESOURCE, 20, [2])],
    ['viewnet.duplicate_sequence', RESOURCE],
    ['', changed(RESOURCE, 18 + 44, [0, 1])],
    ['viewnet.count_mismatch', changed(RESOURCE, 18 + 16, [0, 0, 0, 1, 0, 0, 0, 4])],
    ['', packetOf('ROUND_END')],
    ['', packetOf('COUNT_REPORT')],
    ['', changed(RESOURCE, 18 + 44, [0, 2])],
    ['', packetOf('MISSING')],
    ['viewnet.unanswered_report', changed(packetOf('COUNT_REPORT'), 18 + 18, [0, 2])],
    ['', changed(labelled, 0, [])],
    ['', packetOf('PROGRESS')],
  ]
  const { path } = await captureOf(join(t.testdir(), 'packets.pcapng'), (recorder) => {
    const link = { address: '', start: () => Promise.resolve(), send: () => {}, close: () => Promise.resolve() }
    const tap = recorder.tapLink(link, 'converter', 'f1')
    for (const [, packet] of packets) tap.send(packet, 'memory:endpoint')
  })
  for (const warning of new Set(packets.map(([name]) => name))) {
    if (warning === '') continue
    const expected = packets.flatMap(([name], at) => (name === warning ? [at + 1] : []))
    t.strictSame(await framesOf(path, warning), expected, warning)
  }
  t.notMatch(await tshark(path, '-2', '-V'), /lua error/i)
  t.strictSame(await framesOf(path, 'viewnet.label == 0xbeef && viewnet.highest == 2'), [21])
  t.match(await tshark(path, '-q', '-X', 'lua_script1:exchanges'), /^f1 +77 OK +3 .* MISMATCH +1$/m)
})

t.test('tshark knows packets over UDP, on port 28200 and by their CRC on any other', { skip }, async (t) => {
  const PROGRESS = packetOf('PROGRESS')
  const make = new BlockMaker({ littleEndian: true })
  const udp = (packet: Uint8Array, port: number): number[] => {
    const u16 = (value: number): number[] => [value >> 8, value & 0xff]
    const header = [0x45, 0, ...u16(28 + packet.length), 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]
    const datagram = [...header, ...u16(40_000), ...u16(port), ...u16(8 + packet.length), 0, 0, ...packet]
    return make.packet(0, 0, frameOf(Uint8Array.from(datagram), 0x0800), 'no comment of ours')
  }
  const damaged = new Uint8Array(PROGRESS)
  damaged[40]! ^= 1
  const path = join(t.testdir(), 'foreign.pcapng')
  const frames = [udp(PROGRESS, 28_200), udp(PROGRESS, 40_001), udp(damaged, 28_200), udp(damaged, 40_001)]
  const file = [...make.section('somebody else’s'), ...make.interface('eth0'), ...frames.flat()]
  await writeFile(path, Uint8Array.from(file))
  t.strictSame(await framesOf(path, 'viewnet.highest == 2'), [1, 2, 3])
  t.strictSame(await framesOf(path, 'viewnet.bad_crc'), [3])
  t.strictSame(await framesOf(path, 'udp && !viewnet'), [4])
})

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { batchOf, encodeBatch, NdjsonSink, readNdjson, type PacketBatch } from '../../../harness/evidence/index.js'
import { resourceRecord } from './records.js'

function batch(number: number, run = 'r1'): PacketBatch {
  return batchOf({ run, flow: 'f1', batch: number, first: number }, [resourceRecord(number + 1)])
}

async function read(path: string, run?: string): Promise<PacketBatch[]> {
  const batches: PacketBatch[] = []
  for await (const each of readNdjson(path, run === undefined ? {} : { run })) batches.push(each)
  return batches
}

/** What an error of the evidence says. */
type Refusal = {
  readonly code: string
  readonly where?: string | RegExp
  readonly message?: RegExp
}

t.test('writes a batch a line, as on MQTT, and reads them back [evidence]', async (t) => {
  const path = join(t.testdir(), 'packets.ndjson')
  await using sink = await NdjsonSink.open(path)
  for (let i = 0; i < 3; i++) sink.packets(batch(i), encodeBatch(batch(i)))
  await sink.drain()
  t.equal(await readFile(path, 'utf8'), [0, 1, 2].map((i) => `${encodeBatch(batch(i))}\n`).join(''))
  await sink.close()
  await sink.close()
  await sink.drain()
  t.strictSame(await read(path), [batch(0), batch(1), batch(2)])
})

t.test('says what it could not write [evidence]', async (t) => {
  await t.rejects(NdjsonSink.open(join(t.testdir(), 'no', 'such', 'folder')), {
    code: 'ERR_VIEWNET_EVIDENCE_FILE',
    message: /ENOENT/,
  })
  const losses: Error[] = []
  const json = encodeBatch(batch(0))
  const path = join(t.testdir(), 'small.ndjson')
  const sink = await NdjsonSink.open(path, {
    maxQueuedOctets: (json.length + 1) * 2,
    onLoss: (error) => losses.push(error),
  })
  for (let i = 0; i < 5; i++) sink.packets(batch(i), json)
  t.equal(losses.length, 3)
  await t.rejects(sink.drain(), { code: 'ERR_VIEWNET_EVIDENCE_FILE', message: /does not fit/ })
  await sink.close()
})

t.test('names the file and the line that is no evidence of the run [evidence]', async (t) => {
  const good = encodeBatch(batch(0))
  const hostile: readonly [name: string, text: string | Buffer, error: Refusal][] = [
    ['no JSON', `${good}\nnonsense\n`, { code: 'ERR_VIEWNET_EVIDENCE_FORMAT', where: /file:2$/ }],
    ['an empty line', `${good}\n\n${good}\n`, { code: 'ERR_VIEWNET_EVIDENCE_FORMAT', where: /file:2$/ }],
    ['a cut last line', `${good}\n${good.slice(0, 90)}`, { code: 'ERR_VIEWNET_EVIDENCE_FORMAT', where: /file:2$/ }],
    [
      'another run',
      `${good}\n${encodeBatch(batch(1, 'r2'))}\n`,
      { code: 'ERR_VIEWNET_EVIDENCE_FOREIGN', where: /file:2$/ },
    ],
    [
      'a line without end',
      Buffer.alloc(4 * 1024 * 1024 + 2, 0x5b),
      { code: 'ERR_VIEWNET_EVIDENCE_SIZE', where: /file:1$/ },
    ],
    ['deep nesting', '['.repeat(1_000_000), { code: 'ERR_VIEWNET_EVIDENCE_FORMAT' }],
  ]
  const folder = t.testdir()
  for (const [name, text, error] of hostile) {
    await writeFile(join(folder, 'file'), text)
    await t.rejects(read(join(folder, 'file')), error, name)
  }
  await writeFile(join(folder, 'file'), good)
  t.strictSame(await read(join(folder, 'file')), [batch(0)], 'a last line needs no line end')
  await t.rejects(read(join(folder, 'file'), 'r9'), { code: 'ERR_VIEWNET_EVIDENCE_FOREIGN', message: /'r9', got 'r1'/ })
  await t.rejects(read(join(folder, 'absent')), { code: 'ERR_VIEWNET_EVIDENCE_FILE', message: /absent.*ENOENT/ })
})

import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { findConsole, type SerialConsole } from 'viewnet/devices/console'
import { SimulatedConsole, SimulatedSerialBus } from 'viewnet/devices/simulated'
import { parseBench } from '../../../harness/bench/index.js'
import { ConsoleEvidence } from '../../../harness/certification/console-evidence.js'
import { benchDevice } from '../../../harness/certification/index.js'
import { certified } from './certified.js'

t.test(
  'what a device says on its console is in the report, and its marks on the timeline [issue 6, Console]',
  async (t) => {
    const { devices } = parseBench(
      `devices:
  - number: 00001-00020-00300-00007
    driver: simulated
    recordings: 10
    bootMs: 300
    power: { driver: simulated }
    console: { driver: simulated }
`,
      'bench.yaml',
    )
    const device = await benchDevice(devices[0]!, 7)
    t.teardown(() => device.close())
    const folder = t.testdir({ report: { 'console.log': 'of an older run' } })
    const { timeline = [] } = await certified(folder, ['reach', 'list', 'boot-time'], { device })
    const log = await readFile(join(folder, 'report', 'console.log'), 'utf8')
    t.match(log, /^\d{4}-\d\d-\d\dT[\d:.]+Z \[boot\] U-Boot /m)
    t.match(log, /\[ready\] camera login: /)
    t.notMatch(log, /older/)
    const events = timeline.map(({ lane, kind }) => `${lane} ${kind}`)
    const cut = events.lastIndexOf('relay on', events.lastIndexOf('console ready'))
    t.same(
      events
        .slice(cut)
        .filter((event, at, all) => event !== all[at - 1])
        .slice(0, 3),
      ['relay on', 'console boot', 'console ready'],
      events.join(),
    )
  },
)

interface Rig {
  readonly evidence: ConsoleEvidence
  readonly camera: SimulatedConsole
  readonly port: SerialConsole
}

async function openEvidence(path: string): Promise<Rig> {
  const bus = new SimulatedSerialBus()
  const camera = new SimulatedConsole()
  bus.plug('/dev/camera', camera)
  const port = await findConsole({ port: '/dev/camera' }, { binding: bus })
  const evidence = new ConsoleEvidence(port, path, { fileBytesMost: 8192 })
  await evidence.open(new AbortController().signal)
  camera.powerOn()
  return { evidence, camera, port }
}

t.test('a device that floods its console fills the file to its bound, and the rest is told', async (t) => {
  const path = join(t.testdir({}), 'console.log')
  const { evidence, camera, port } = await openEvidence(path)
  camera.floods()
  while (port.counts.octets < 65_536) await sleep(5)
  await evidence.close()
  t.ok((await stat(path)).size <= 8192)
  t.match(evidence.entries.at(-1), { lane: 'console', kind: 'note', label: /\d+ lines are not in the file/ })
})

t.test('a file that cannot be written stops nobody; marks are told all the same', async (t) => {
  const folder = t.testdir({})
  await writeFile(join(folder, 'file'), '')
  const { evidence, camera } = await openEvidence(join(folder, 'file', 'console.log'))
  camera.panic()
  while (!evidence.entries.some(({ kind }) => kind === 'panic')) await sleep(5)
  await evidence.close()
  t.match(
    evidence.entries.map(({ kind }) => kind).filter((kind) => kind !== 'note'),
    ['boot', 'panic'],
  )
  t.match(evidence.entries.at(-1)?.label, /lines are not in the file/)
})

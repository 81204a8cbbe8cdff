import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serveOnTcp, SimulatedKmtronic } from 'viewnet/devices/simulated'
import t, { type Test } from 'tap'
import { Leases } from '../../../harness/bench/index.js'
import { jsonLines, start, viewnet, type CommandOptions } from './viewnet.js'

const [ONE, TWO, NONE] = ['00001-00020-00300-00007', '00001-00020-00300-00017', '00001-00020-00300-00027'] as const

interface Rig {
  readonly board: SimulatedKmtronic
  readonly options: CommandOptions
  readonly leases: string
  /** Id of the first device's. */
  readonly outlet: string
}

/** Two devices on one relay board at a terminal server, and one without power. */
async function rig(t: Test): Promise<Rig> {
  const board = new SimulatedKmtronic()
  const served = await serveOnTcp(board)
  t.teardown(() => served.close())
  const folder = t.testdir({})
  const on = (relay: number): object => ({ driver: 'kmtronic', port: served.path, relay })
  const devices = [
    { number: ONE, driver: 'simulated', recordings: 20, power: on(1) },
    { number: TWO, driver: 'simulated', recordings: 20, power: on(2) },
    { number: NONE, driver: 'simulated', power: { driver: 'simulated' } },
  ]
  // JSON is YAML.
  await writeFile(join(folder, 'bench.yaml'), JSON.stringify({ devices }))
  const leases = join(folder, 'leases')
  const env = { VIEWNET_LEASES: leases, XDG_STATE_HOME: join(folder, 'state') }
  return { board, options: { cwd: folder, env }, leases, outlet: `${served.path.replace('tcp://', 'tcp:')}#1` }
}

// Each has a board, leases and a count of its own.
t.jobs = 3

t.test(
  'an outlet is switched by hand, stays as it is told, and its wear is counted [issue 6, Power]',
  { buffered: true },
  async (t) => {
    const { board, options } = await rig(t)
    const power = async (typed: string): Promise<unknown> => {
      const { stdout, stderr } = await viewnet(`power --bench bench.yaml ${typed} --json`, options)
      return jsonLines(stdout)[0]?.['outlets'] ?? stderr
    }
    const outlet = /^tcp:127\.0\.0\.1:\d+#1$/
    t.match(await power(`on --device ${ONE}`), [
      { device: ONE, outlet, state: 'on', readback: 'state', switchCount: 1 },
    ])
    t.equal(board.relay(0).isClosed, true, 'it stays on when the command has ended')
    t.match(await power(`cycle --off-seconds 0.1 --device ${ONE}`), [{ state: 'on', switchCount: 3 }])
    t.equal(board.relay(0).operationCount, 3)
    t.match(await power(`secure --device ${ONE}`), [{ state: 'off', switchCount: 4 }])
    t.equal(board.relay(0).isClosed, false)
    t.equal(board.relay(1).operationCount, 0, 'and no other relay moved')
  },
)

t.test('a cycle that is interrupted ends in the safe state', { buffered: true }, async (t) => {
  const { board, options } = await rig(t)
  board.relay(0).drive(true)
  const cycle = start(`power --bench bench.yaml --device ${ONE} cycle --off-seconds 60`, options)
  for (let left = 3000; board.relay(0).isClosed && left > 0; left--) await sleep(20)
  const { status, stderr } = await cycle.stop('SIGINT')
  t.equal(status, 2)
  t.match(stderr, /stopped by SIGINT/)
  t.equal(board.relay(0).isClosed, false)
})

t.test('two that want the same relay: one waits, and says for whom [issue 6, Show]', { buffered: true }, async (t) => {
  const { board, options, leases: folder, outlet } = await rig(t)
  const leases = new Leases({ folder })
  t.teardown(() => leases.close())
  const held = await leases.acquire([{ name: outlet, leavesState: true }], { holder: 'night n7' })
  const waiting = start(`power --bench bench.yaml --device ${ONE} on`, options)
  await waiting.said(`viewnet: waiting for night n7 (`)
  t.equal(board.relay(0).isClosed, false, 'nothing was switched')
  held.release()
  const { status, stdout } = await waiting.ended
  t.equal(status, 0)
  t.match(stdout, new RegExp(`^${ONE}: on \\(${outlet}, switched 1 times\\)$`, 'm'))
})

t.test(
  'an outlet that a killed certify left is brought into its safe state by whoever has its board next',
  { buffered: true },
  async (t) => {
    const { board, options } = await rig(t)
    const killed = start(`certify --bench bench.yaml --device ${ONE} --seed 1`, options)
    for (let left = 3000; !board.relay(0).isClosed && left > 0; left--) await sleep(20)
    await killed.stop('SIGKILL')
    t.equal(board.relay(0).isClosed, true, 'the relay was left on')
    const leases = await viewnet('bench leases --json', options)
    t.match(jsonLines(leases.stdout), [{ leases: [], left: [{ holder: `certify ${ONE}`, leaves: [/#1$/] }] }])
    const next = await viewnet(`power --bench bench.yaml --device ${TWO} state`, options)
    t.equal(next.status, 0)
    t.match(next.stderr, new RegExp(`#1 was held by certify ${ONE} .* ended without letting go; it is left off now`))
    t.equal(board.relay(0).isClosed, false)
    t.match(jsonLines((await viewnet('bench leases --json', options)).stdout), [{ leases: [], left: [] }])
  },
)

t.test('what cannot be switched, or is not said clearly, is told', { buffered: true }, async (t) => {
  const { options } = await rig(t)
  const table: readonly (readonly [string, RegExp])[] = [
    ['on', /--device <number>': expected one of the 2 devices with outlets, got none; they are .*00007, .*00017/],
    [`on --device ${NONE}`, /its simulated one is there only as long as a run/],
  ]
  const ended = await Promise.all(table.map(([typed]) => viewnet(`power --bench bench.yaml ${typed}`, options)))
  for (const [at, [typed, message]] of table.entries()) {
    t.equal(ended[at]?.status, 3, typed)
    t.match(ended[at]?.stderr, message, typed)
  }
})

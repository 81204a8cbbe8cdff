import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { SimulatedKmtronic, serveOnTcp } from 'viewnet/devices/simulated'
import t, { type Test } from 'tap'
import { NUMBERS, quickBench, simulated } from './night-bench.js'
import { start, viewnet, type CommandOptions, type Running } from './viewnet.js'

const [NUMBER = ''] = NUMBERS
const childrenOf = (pid: number | undefined): string => `/proc/${pid}/task/${pid}/children`

/** Kill a night and its certification as a machine that loses its power would: neither can tidy up after the other. */
async function killBoth(night: Running): Promise<void> {
  const [certify = 0] = (await readFile(childrenOf(night.process.pid), 'utf8')).trim().split(' ').map(Number)
  if (!(certify > 1)) throw new Error('the night has no certification under way')
  process.kill(certify, 'SIGSTOP')
  await night.stop('SIGKILL')
  process.kill(certify, 'SIGKILL')
}

/** No attempt of such a night begins after so long. */
const BUDGET_MS = 2400

/** A night over one device with a relay at a terminal server, killed when it has just switched the relay on; nothing may begin any more. */
async function killedNight(t: Test, board: SimulatedKmtronic, path: string): Promise<CommandOptions> {
  const power = { driver: 'kmtronic', port: path, relay: 1 }
  const cwd = await quickBench(t, [simulated(NUMBER, { power })])
  const env = { VIEWNET_LEASES: t.testdirName.concat('-leases') }
  const night = start(`nightly --bench bench.yaml --night n1 --seed 5 --budget ${BUDGET_MS / 60_000}`, { cwd, env })
  for (let left = 3000; !board.relay(0).isClosed && left > 0; left -= 1) await sleep(20)
  await Promise.all([killBoth(night), sleep(BUDGET_MS)])
  t.equal(board.relay(0).isClosed, true, 'the relay was left on')
  return { cwd, env }
}

const skip = existsSync(childrenOf(process.pid))
  ? false
  : 'this system does not tell the children of a process in /proc'

// Each has a board, a history and leases of its own.
t.jobs = 2

void t.test(
  'a relay that a killed night left on is off once it goes on [issue 6, Show]',
  { skip, buffered: true },
  async (t) => {
    const board = new SimulatedKmtronic()
    await using served = await serveOnTcp(board)
    const options = await killedNight(t, board, served.path)
    const resumed = await viewnet('nightly --resume --json', options)
    t.equal(board.relay(0).isClosed, false, resumed.stderr)
    t.match(resumed.stderr, new RegExp(`${NUMBER} was under way .* its outlet .* is left off`))
    t.match(resumed.stderr, /it counts for nothing/)
    t.notMatch(resumed.stderr, /ails/)
  },
)

void t.test('an outlet that cannot be secured is told, and the night goes on', { skip, buffered: true }, async (t) => {
  const board = new SimulatedKmtronic()
  const served = await serveOnTcp(board)
  const options = await killedNight(t, board, served.path)
  await served.close()
  const resumed = await viewnet('nightly --resume --json', options)
  t.match(resumed.stderr, new RegExp(`${NUMBER} ails, .* could not be brought into its safe state .*ECONNREFUSED`))
  t.equal(board.relay(0).isClosed, true, 'nothing else switches it off')
  t.match(JSON.parse(resumed.stdout), { night: 'n1', verdict: 'could-not-test' })
})

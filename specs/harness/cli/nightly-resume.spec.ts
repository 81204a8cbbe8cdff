import { join } from 'node:path'
import t from 'tap'
import { History } from '../../../harness/history/index.js'
import { NUMBERS, quickBench, simulated } from './night-bench.js'
import { jsonLines, start, viewnet } from './viewnet.js'

/** Two that count before the night is killed, and one that does not. */
const NIGHT = NUMBERS.slice(0, 3)

void t.test('a night that is killed goes on: what counted is not made again', async (t) => {
  const cwd = await quickBench(
    t,
    NIGHT.map((number) => simulated(number)),
  )
  const night = start('nightly --bench bench.yaml --night n1 --seed 5 --parallel 1 --json', { cwd })
  await night.said(`${NUMBERS[1]}: pass`)
  t.equal((await night.stop('SIGKILL')).signal, 'SIGKILL')
  const resumed = await viewnet('nightly --resume --json', { cwd })
  t.equal(resumed.status, 0, resumed.stderr)
  t.match(jsonLines(resumed.stdout)[0], { night: 'n1', verdict: 'pass' })
  await using history = await History.open(join(cwd, 'report', 'history.db'))
  const attempts = await history.attemptsOfNight('n1')
  for (const number of NIGHT) {
    const counted = attempts.filter(({ device, state }) => device === number && state === 'ended')
    t.equal(counted.length, 1, `${number} counted once`)
  }
  t.ok(attempts.every(({ state }) => state !== 'started'))
  t.match(await viewnet('nightly --resume', { cwd }), {
    status: 3,
    stderr: /expected a night of .* that did not end, got none/,
  })
  t.match(await viewnet('nightly --resume n1', { cwd }), { status: 3, stderr: /got n1, which ended pass/ })
})

void t.test('a night that is stopped says how it goes on, and ends with 2', async (t) => {
  const cwd = await quickBench(
    t,
    NUMBERS.map((number) => simulated(number)),
  )
  const night = start('nightly --bench bench.yaml --parallel 1', { cwd })
  await night.said(`${NUMBERS[0]}: pass`)
  const ended = await night.stop('SIGINT')
  t.equal(ended.status, 2, ended.stderr)
  t.match(ended.stderr, /the night can go on: viewnet nightly --resume/)
})

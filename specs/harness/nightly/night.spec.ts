import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readBenchFile } from '../../../harness/bench/index.js'
import { History } from '../../../harness/history/index.js'
import { startNight, writeSimulatedBench, type NightOptions } from '../../../harness/nightly/index.js'

t.test('makes no folder for a night of a name that another one has', async (t) => {
  const cwd = t.testdir()
  const benchFile = await writeSimulatedBench(cwd, 1)
  const report = join(cwd, 'n1')
  await using history = await History.open(join(cwd, 'history.db'))
  await history.beginNight({ id: 'n1', bench: benchFile, seed: 3, report, plan: '{}', started_at_ms: 1 }, [])
  const options: NightOptions = {
    night: 'n1',
    benchFile,
    bench: await readBenchFile(benchFile),
    devices: [],
    seed: 1,
    report,
    history,
    parallelCount: 1,
    retryCount: 0,
    budgetMs: 1000,
    attemptTimeoutMs: 1000,
    signal: AbortSignal.timeout(10_000),
    program: ['viewnet'],
    onEvent: (event) => t.fail('nothing happens', { event }),
  }
  await t.rejects(startNight(options), { code: 'ERR_VIEWNET_NIGHT', message: /got n1 again/ })
  t.notOk(existsSync(report))
})

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  certifyInProcess,
  type CaseProgress,
  type CertifyProcessOptions,
} from '../../../harness/nightly/certify-process.js'

/** Programs that stand where `viewnet` would; each gets the arguments of an attempt. */
const PROGRAMS = {
  passes: `
    import { writeFileSync } from 'node:fs'
    const value = (name) => process.argv[process.argv.indexOf('--' + name) + 1]
    process.send({ casesDone: 1, cases: 2 })
    process.send('nonsense')
    console.log('said to the log')
    const record = {
      run: value('run'), verdict: 'pass', why: '', seed: Number(value('seed')), device: value('device'), deviceName: '', converter: '',
      counts: { announced: 0, received: 0, resent: 0, dropped: 0, duplicates: 0 }, cases: [], evidence: { broker: '', batches: 0, records: 0 },
      flows: {}, report: value('report'), reproduce: '', versions: {}, startedAt: new Date(0).toISOString(), durationMs: 1,
    }
    writeFileSync(value('report') + '/run.json', JSON.stringify(record))`,
  crashes: `throw new Error('no such bench')`,
  hangs: `process.on('SIGTERM', () => { console.log('asked to end'); process.exit(2) }); setInterval(() => {}, 1000); process.send({ casesDone: 0, cases: 1 })`,
  lies: `
    import { writeFileSync } from 'node:fs'
    writeFileSync(process.argv[process.argv.indexOf('--report') + 1] + '/run.json', '{"run":"another","verdict":"pass"}')`,
}

function attempt(
  t: Test,
  program: keyof typeof PROGRAMS,
  more: Partial<CertifyProcessOptions> = {},
): CertifyProcessOptions {
  const folder = t.testdir({ 'program.mjs': PROGRAMS[program] })
  return {
    // tap would have every Node beneath it load its own hooks; env takes that back.
    program: ['/usr/bin/env', '-u', 'NODE_OPTIONS', process.execPath, join(folder, 'program.mjs')],
    bench: 'bench.yaml',
    device: '00001-00020-00300-00007',
    run: 'night-1',
    seed: 5,
    report: join(folder, 'attempt-1'),
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...more,
  }
}

void t.test('takes the outcome from the record that the run left, and keeps what it said', async (t) => {
  const progress: CaseProgress[] = []
  const options = attempt(t, 'passes', { onProgress: (one) => progress.push(one) })
  const outcome = await certifyInProcess(options)
  t.match(outcome, { verdict: 'pass', why: '', record: { run: 'night-1', seed: 5 } })
  t.same(progress, [{ casesDone: 1, cases: 2 }])
  t.match(await readFile(join(options.report, 'certify.log'), 'utf8'), /said to the log/)
})

void t.test('takes a process that leaves no record for untested, and tells its last words', async (t) => {
  const outcome = await certifyInProcess(attempt(t, 'crashes'))
  t.match(outcome, { verdict: 'could-not-test', record: undefined })
  t.match(outcome.why, /status 1 and no record: .*no such bench/)
})

void t.test('believes no record of another run', async (t) => {
  t.match(await certifyInProcess(attempt(t, 'lies')), { verdict: 'could-not-test', why: /status 0 and no record/ })
})

void t.test('says so when the program cannot be started', async (t) => {
  const outcome = await certifyInProcess(attempt(t, 'passes', { program: ['/nowhere/viewnet'] }))
  t.match(outcome, { verdict: 'could-not-test', why: /could not be started: .*ENOENT/ })
})

void t.test('ends a process that takes too long, first kindly', async (t) => {
  const options = attempt(t, 'hangs', { timeoutMs: 3000 })
  t.match(await certifyInProcess(options), {
    verdict: 'could-not-test',
    why: 'the certification was not done within 3 s',
  })
  t.match(await readFile(join(options.report, 'certify.log'), 'utf8'), /asked to end/)
})

void t.test('rejects with the reason of the signal, once the process has ended', async (t) => {
  const stopped = new AbortController()
  const reason = new Error('stopped')
  const options = attempt(t, 'hangs', { signal: stopped.signal, onProgress: () => stopped.abort(reason) })
  await t.rejects(certifyInProcess(options), reason)
  t.match(await readFile(join(options.report, 'certify.log'), 'utf8'), /asked to end/)
  await t.rejects(certifyInProcess(options), reason, 'none is started after it')
})

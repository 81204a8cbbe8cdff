import { join } from 'node:path'
import t, { type Test } from 'tap'
import { deviceHistory, History, type AttemptStart } from '../../../harness/history/index.js'
import type { RunRecord, RunVerdict } from '../../../harness/report/index.js'
import { postgresPrograms, startPostgres } from './postgres-server.js'

const DEVICE = '00001-00020-00300-00007'

const START: AttemptStart = {
  night: null,
  device: DEVICE,
  ordinal: 1,
  run: 'run-1',
  report: 'report/run-1',
  seed: 11,
  limits: {},
  startedAtMs: 1_700_000_000_000,
}

/** A run's record, as far as a history reads it. */
function record(verdict: RunVerdict, { firmware = '1.0', listMs = 80, cases = ['reach', 'list'] } = {}): RunRecord {
  return {
    run: 'run-1',
    verdict,
    why: verdict === 'pass' ? '' : 'list: too slow',
    seed: 11,
    device: DEVICE,
    deviceName: `Maker NVR ${firmware}`,
    identity: { manufacturer: 'Maker', model: 'NVR', firmware, serialNumber: '1' },
    converter: 'udp://127.0.0.1:28200',
    counts: { announced: 0, received: 0, resent: 0, dropped: 0, duplicates: 0 },
    cases: cases.map((id) => ({
      id,
      title: id,
      outcome: verdict === 'pass' ? ('pass' as const) : ('fail' as const),
      measurements: [{ name: 'listing time', value: listMs, unit: 'ms', limit: '≤ 100' }],
      why: '',
      durationMs: 12.5,
    })),
    evidence: { broker: '', batches: 0, records: 0 },
    flows: {},
    report: 'report/run-1',
    reproduce: '',
    versions: { viewnet: '0.1.0', node: '20.20.2' },
    startedAt: '2023-11-14T22:13:20.000Z',
    durationMs: 1,
  }
}

/** The same for each kind of database. */
function behaves(name: string, open: (t: Test) => Promise<string>): void {
  void t.test(name, async (t) => {
    const address = await open(t)

    await t.test('keeps attempts, cases and measurements over a reopening', async (t) => {
      {
        await using history = await History.open(address)
        for (const [at, verdict] of (['pass', 'pass', 'fail', 'pass', 'fail'] as const).entries()) {
          const startedAtMs = START.startedAtMs + at * 86_400_000
          const id = await history.beginAttempt({ ...START, run: `run-${at}`, startedAtMs })
          const firmware = at === 4 ? '1.1' : '1.0'
          const cases = at === 4 ? ['reach', 'list', 'clean'] : ['reach', 'list']
          const kept = record(verdict, { firmware, listMs: 80 + at, cases })
          await history.endAttempt(id, { verdict, why: kept.why, endedAtMs: startedAtMs + 5, record: kept })
        }
      }
      await using history = await History.open(address)
      t.same(await history.devices(), [{ device: DEVICE, attempts: 5 }])
      const told = await deviceHistory(history, DEVICE)
      t.same(
        told.attempts.map(({ run, verdict }) => `${run} ${verdict}`),
        ['run-0 pass', 'run-1 pass', 'run-2 fail', 'run-3 pass', 'run-4 fail'],
      )
      t.match(told, { model: 'NVR', firmware: '1.1', lastPassAtMs: START.startedAtMs + 3 * 86_400_000 })
      t.same(told.changedSinceLastPass, [
        { what: 'firmware', before: '1.0', now: '1.1' },
        { what: 'cases', before: '', now: 'clean' },
      ])
      t.match(told.flake, { score: 0, runs: 1 }, 'another firmware is another device')
      const listing = told.trends.find(({ measurement }) => measurement === 'list/listing time')
      t.match(listing, { unit: 'ms', median: 82, latest: 84, heldTo: '≤ 100' })
      t.same(
        listing?.points.map(({ value }) => value),
        [80, 81, 82, 83, 84],
      )
      const latest = await deviceHistory(history, DEVICE, 2)
      t.equal(latest.attempts.length, 2, 'no more than asked for')
    })

    await t.test('keeps a night, and an attempt that was killed with it as lost', async (t) => {
      await using history = await History.open(address)
      const night = {
        id: 'night-1',
        bench: 'bench.yaml',
        seed: 3,
        report: 'report/night-1',
        plan: '{}',
        started_at_ms: 1_700_000_000_000,
      }
      await history.beginNight(night, [
        { device: DEVICE, health: '' },
        { device: '00001-00020-00300-00008', health: 'not reached' },
      ])
      await t.rejects(history.beginNight(night, []), { code: 'ERR_VIEWNET_NIGHT' })
      const lost = await history.beginAttempt({ ...START, night: 'night-1' })
      await history.loseAttempt(lost, 'killed', 5)
      await t.rejects(history.beginAttempt({ ...START, night: 'night-1' }), 'one ordinal stands once')
      const second = await history.beginAttempt({ ...START, night: 'night-1', ordinal: 2 })
      t.equal((await history.latestOpenNight())?.id, 'night-1')
      await history.endAttempt(second, { verdict: 'could-not-test', why: 'no broker', endedAtMs: 9 })
      await history.loseAttempt(second, 'too late', 10)
      t.same(
        (await history.attemptsOfNight('night-1')).map(({ state, verdict, why }) => ({ state, verdict, why })),
        [
          { state: 'lost', verdict: null, why: 'killed' },
          { state: 'ended', verdict: 'could-not-test', why: 'no broker' },
        ],
      )
      t.same(
        (await history.nightDevices('night-1')).map(({ device, health }) => `${device} ${health}`),
        [`${DEVICE} `, '00001-00020-00300-00008 not reached'],
      )
      await history.endNight('night-1', 'could-not-test', 11)
      t.equal(await history.latestOpenNight(), undefined)
      t.match(await history.night('night-1'), { verdict: 'could-not-test', ended_at_ms: 11, seed: 3 })
    })

    await t.test('lets two open and write at once', async (t) => {
      const both = await Promise.all([History.open(address), History.open(address)])
      await Promise.all(
        both.map(async (history, at) => {
          for (let ordinal = 1; ordinal <= 20; ordinal++) {
            const id = await history.beginAttempt({ ...START, device: `device-${at}`, ordinal })
            await history.endAttempt(id, { verdict: 'pass', why: '', endedAtMs: 1, record: record('pass') })
          }
        }),
      )
      const counts = (await both[0].devices()).filter(({ device }) => device.startsWith('device-'))
      t.same(
        counts.map(({ attempts }) => attempts),
        [20, 20],
      )
      await Promise.all(both.map((history) => history.close()))
    })
  })
}

behaves('SQLite', (t) => Promise.resolve(join(t.testdir(), 'deep', 'history.db')))

const programs = postgresPrograms()
if (programs) {
  behaves('PostgreSQL', async (t) => {
    const server = await startPostgres(programs)
    t.teardown(() => server.close())
    return server.url
  })
} else {
  void t.test('PostgreSQL', { skip: 'PostgreSQL is not installed' }, () => undefined)
}

void t.test('says what is wrong with an address, without its password', async (t) => {
  await t.rejects(History.open('mysql://root:secret@127.0.0.1/x'), {
    code: 'ERR_VIEWNET_ADDRESS',
    message: "history: expected a file path or postgres://HOST/DATABASE, got 'mysql://127.0.0.1/x'",
  })
  const failure = await History.open('postgres://viewnet:secret@127.0.0.1:1/none').catch((error: unknown) => error)
  t.match(failure, { code: 'ERR_VIEWNET_HISTORY' })
  t.notMatch(String(failure), /secret/)
  const path = join(
    t.testdir({ file: 'no database, but more than a hundred octets of something else'.repeat(9) }),
    'file',
  )
  await t.rejects(History.open(path), { code: 'ERR_VIEWNET_HISTORY' })
})

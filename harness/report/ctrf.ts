import { plainText } from './plain-text.js'
import type { CaseRecord, Measurement, Outcome, RunRecord } from './run-record.js'

/** The specification that {@link ctrfReport} follows. */
const SPECIFICATION = '0.1.0'

type Status = 'passed' | 'failed' | 'skipped' | 'pending' | 'other'

/** CTRF knows no rig that failed: what could not be tested is `other`, and `rawStatus` says what it was. */
const STATUS: Readonly<Record<Outcome, Status>> = {
  pass: 'passed',
  fail: 'failed',
  'not-applicable': 'skipped',
  error: 'other',
  timeout: 'other',
  aborted: 'other',
  'could-not-test': 'other',
}

/**
 * A run as CTRF, the Common Test Report Format: JSON that dashboards and CI systems read.
 *
 * @see https://ctrf.io
 */
export function ctrfReport(record: RunRecord): string {
  const { run, seed, device, deviceName, converter, verdict, why, counts, cases, versions, reproduce } = record
  const start = momentOf(record)
  const statuses = cases.map(({ outcome }) => STATUS[outcome])
  const countOf = (status: Status): number => statuses.filter((each) => each === status).length
  const { viewnet: version } = versions
  const report = {
    reportFormat: 'CTRF',
    specVersion: SPECIFICATION,
    timestamp: new Date(start + Math.round(record.durationMs)).toISOString(),
    generatedBy: 'viewnet',
    results: {
      tool: { name: 'viewnet', ...(version !== undefined && { version }) },
      summary: {
        tests: cases.length,
        passed: countOf('passed'),
        failed: countOf('failed'),
        skipped: countOf('skipped'),
        pending: countOf('pending'),
        other: countOf('other'),
        start,
        stop: start + Math.round(record.durationMs),
        duration: Math.round(record.durationMs),
      },
      tests: cases.map((entry) => testOf(entry, record, start)),
      environment: {
        reportName: `viewnet ${device}`,
        appName: plainText(deviceName === '' ? device : deviceName),
        testEnvironment: converter,
        extra: {
          run,
          seed,
          device,
          converter,
          verdict,
          why: plainText(why),
          counts,
          versions,
          reproduce: plainText(reproduce),
        },
      },
    },
  }
  return `${JSON.stringify(report, undefined, 2)}\n`
}

function testOf(
  { id, title, outcome, why, measurements, durationMs, startedAtMs }: CaseRecord,
  { device }: RunRecord,
  runStart: number,
): object {
  const start = startedAtMs === undefined ? undefined : runStart + Math.round(startedAtMs)
  return {
    name: plainText(title) || id,
    status: STATUS[outcome],
    rawStatus: outcome,
    duration: Math.round(durationMs),
    ...(start !== undefined && { start, stop: start + Math.round(durationMs) }),
    ...(why !== '' && { message: plainText(why) }),
    suite: ['viewnet', plainText(device)],
    tags: [id],
    device: plainText(device),
    extra: { case: id, measurements: measurements.map(plainMeasurement) },
  }
}

function plainMeasurement({ name, unit, limit, ...rest }: Measurement): Measurement {
  return { ...rest, name: plainText(name), unit: plainText(unit), limit: limit === null ? null : plainText(limit) }
}

/** CTRF has moments in ms since 1970. */
function momentOf({ startedAt }: RunRecord): number {
  const ms = Date.parse(startedAt)
  return Number.isNaN(ms) ? 0 : ms
}

import { createRequire } from 'node:module'
import type { Builder } from 'junit-report-builder'
import type { RunRecord } from './run-record.js'

const require = createRequire(import.meta.url)

/** A run as JUnit XML: `fail` is a failure; what the rig could not do or see is an error; what does not apply is skipped. */
export function junitReport({
  run,
  seed,
  device,
  converter,
  verdict,
  cases,
  startedAt,
  durationMs,
}: RunRecord): string {
  // Its types promise a default export that its CommonJS build does not have, so it is required, and named by the type that it does fit; here, for it is
  // as long as everything else that a command reads.
  const junit = require('junit-report-builder') as Builder
  const builder = junit.newBuilder()
  const suite = builder
    .testSuite()
    .name(`viewnet ${device}`)
    .timestamp(startedAt)
    .time(durationMs / 1000)
  for (const [name, value] of Object.entries({ run, seed, converter, verdict })) suite.property(name, String(value))
  for (const { id, title, outcome, why, measurements, durationMs: caseMs } of cases) {
    const testCase = suite
      .testCase()
      .className(`viewnet.${id}`)
      .name(title)
      .time(caseMs / 1000)
    for (const { name, value, unit } of measurements) testCase.property(name, `${value} ${unit}`)
    if (outcome === 'fail') testCase.failure(why, 'fail')
    else if (outcome === 'not-applicable') testCase.skipped()
    else if (outcome !== 'pass') testCase.error(why, outcome)
  }
  return builder.build()
}

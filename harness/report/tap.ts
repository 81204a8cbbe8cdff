import { stringify } from 'yaml'
import { plainText } from './plain-text.js'
import type { CaseRecord, Measurement, RunRecord } from './run-record.js'

/**
 * A run as TAP 14: a test point a case, its measurements as a YAML block. A case that does not apply is skipped; one that could not be tested is
 * not ok, because nobody knows.
 */
export function tapReport({ cases, verdict, run, seed }: RunRecord): string {
  const points = cases.map((entry, at) => testPoint(entry, at + 1)).join('')
  return `TAP version 14\n1..${cases.length}\n# run ${run}, seed ${seed}\n${points}# verdict: ${verdict}\n`
}

function testPoint({ id, title, outcome, measurements, why, durationMs }: CaseRecord, number: number): string {
  const ok = outcome === 'pass' || outcome === 'not-applicable' ? 'ok' : 'not ok'
  const skip = outcome === 'not-applicable' ? ` # SKIP ${escaped(plainText(why))}` : ''
  const diagnostics = stringify(
    {
      case: id,
      outcome,
      why: plainText(why),
      duration_ms: Math.round(durationMs),
      measurements: measurements.map(plainMeasurement),
    },
    { lineWidth: 0 },
  )
  const block = diagnostics.trimEnd().replace(/^/gm, '  ')
  return `${ok} ${number} - ${escaped(plainText(title))}${skip}\n  ---\n${block}\n  ...\n`
}

/** `#` begins a directive in TAP, and `\` escapes. */
const escaped = (text: string): string => text.replace(/[\\#]/g, '\\$&')

/** A text of several lines could end the YAML block that it stands in. */
function plainMeasurement({ name, value, unit, limit }: Measurement): Measurement {
  return { name: plainText(name), value, unit: plainText(unit), limit: limit === null ? null : plainText(limit) }
}

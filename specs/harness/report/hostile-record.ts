import { Outcome, type RunRecord } from '../../../harness/report/index.js'

/** Text that breaks formats: XML's end of CDATA, markup, TAP's directive and escape, ends of YAML blocks, line ends, control characters, half a pair. */
export const HOSTILE =
  ']]> <a b="c">&amp; # TODO \\# SKIP\n...\n---\nok 99 - forged\r\n\u0000\u0007\u001b[31m\u0085\u2028\ud800 録像 🎥 é'

/** A run with a case of every outcome, each with hostile words. */
export const HOSTILE_RECORD: RunRecord = {
  run: 'r1',
  verdict: 'fail',
  why: HOSTILE,
  seed: 11,
  device: '00001-00020-00300-00007',
  deviceName: HOSTILE,
  converter: 'udp://127.0.0.1:28200',
  counts: { announced: 3, received: 2, resent: 1, dropped: 1, duplicates: 0 },
  cases: Outcome.map((outcome, at) => ({
    id: `case-${at}`,
    title: `${outcome}: ${HOSTILE}`,
    outcome,
    measurements: [{ name: `m ${HOSTILE}`, value: 1.5, unit: HOSTILE, limit: at % 2 === 0 ? `= ${HOSTILE}` : null }],
    why: outcome === 'pass' ? '' : HOSTILE,
    durationMs: 1234,
  })),
  evidence: { broker: 'mqtt://127.0.0.1:1883', batches: 1, records: 2 },
  flows: { clean: { batches: 1, records: 2 } },
  report: 'report',
  reproduce: `viewnet certify --bench '${HOSTILE}'`,
  versions: { viewnet: '0.1.0' },
  startedAt: '2026-01-31T08:00:00.000Z',
  durationMs: 5678,
}

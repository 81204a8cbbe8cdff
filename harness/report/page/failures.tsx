import type { JSX } from 'preact'
import type { Finding, FindingRecord } from '../../verifier/verdict.js'
import type { CaseRecord, RunRecord } from '../run-record.js'
import { CommandLine } from './command-line.js'
import { counted } from './figures.js'
import { OutcomeWord, Tone } from './outcome-mark.js'

/** Rules of one cause that are shown; the record counts all. */
const MAX_RULES = 6

/** Where the page says why the run did not pass; ladders link to it. */
export const FAILURES_ID = 'why'

/** Cases that came out alike for one reason, and what the evidence shows of them. */
interface Cause {
  readonly cases: readonly [CaseRecord, ...CaseRecord[]]
  readonly findings: readonly Finding[]
}

/** Why each case that did not pass did not, by which packets, and the one command that shows it again. */
export function Failures({ run }: { readonly run: RunRecord }): JSX.Element | null {
  const failed = run.cases.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'not-applicable')
  const findings = run.findings ?? []
  const told = new Set(failed.map(({ id }) => id))
  const others = findings.filter(({ flow }) => !told.has(flow))
  if (failed.length === 0 && others.length === 0) return null
  return (
    <section id={FAILURES_ID}>
      <h2>Why it did not pass</h2>
      <p class="again-line">
        Run it again: <CommandLine line={run.reproduce} />
      </p>
      <div class="failures">
        {causesOf(failed, findings).map((cause) => (
          <Failure cause={cause} />
        ))}
        {others.length > 0 && (
          <div class="card edge unsure">
            <h3>What else the evidence shows</h3>
            <FindingList findings={others} />
          </div>
        )}
      </div>
    </section>
  )
}

/** One fault of a device often fails a dozen cases: it is told once. */
function causesOf(failed: readonly CaseRecord[], findings: readonly Finding[]): readonly Cause[] {
  const causes = new Map<string, [CaseRecord, ...CaseRecord[]]>()
  for (const entry of failed) {
    const key = `${entry.outcome} ${entry.why}`
    const known = causes.get(key)
    if (known) known.push(entry)
    else causes.set(key, [entry])
  }
  return [...causes.values()].map((cases) => {
    const ids = new Set(cases.map(({ id }) => id))
    return { cases, findings: findings.filter(({ flow }) => ids.has(flow)) }
  })
}

function Failure({ cause: { cases, findings } }: { readonly cause: Cause }): JSX.Element {
  const [{ outcome, why, title }] = cases
  return (
    <article class={`card edge ${Tone[outcome]}`}>
      <h3>
        <OutcomeWord outcome={outcome} />{' '}
        {cases.map(({ id }, at) => (
          <>
            {at > 0 && ', '}
            <a href={`#case-${encodeURIComponent(id)}`}>{id}</a>
          </>
        ))}
      </h3>
      {cases.length === 1 && <p class="small">{title}</p>}
      {why !== '' && <p class="why">{why}</p>}
      <FindingList findings={findings} />
    </article>
  )
}

/** The first finding of each rule in full, and how many more there are like it. */
function FindingList({ findings }: { readonly findings: readonly Finding[] }): JSX.Element {
  const rules = [...new Set(findings.map(({ rule }) => rule))]
  return (
    <>
      {rules.slice(0, MAX_RULES).map((rule) => (
        <RuleFindings findings={findings.filter((finding) => finding.rule === rule)} />
      ))}
      {rules.length > MAX_RULES && (
        <p class="small">… and {counted(rules.length - MAX_RULES, 'broken rule')} more, in run.json.</p>
      )}
    </>
  )
}

function RuleFindings({ findings }: { readonly findings: readonly Finding[] }): JSX.Element | null {
  const [first] = findings
  if (!first) return null
  const { rule, sentence, clause, flow, exchange, expected, got, records } = first
  return (
    <div class="finding">
      <p>
        <code>{rule}</code> {sentence} <span class="small">[{clause}]</span>
      </p>
      <dl class="contrast">
        <dt>expected</dt>
        <dd>{expected}</dd>
        <dt>got</dt>
        <dd>{got}</dd>
      </dl>
      {records.length > 0 && (
        <>
          <p class="small">
            by these packets of {flow}
            {exchange === null ? '' : `, exchange ${exchange}`}, in packets.ndjson:
          </p>
          <ul class="packets">
            {records.map((record) => (
              <li>
                <b>{packetOf(record)}</b>, {record.fate} at {record.at}, {(record.t / 1000).toFixed(1)} ms{' '}
                <span class="small">
                  (batch {record.batch}, record {record.index})
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
      {findings.length > 1 && (
        <p class="small">
          {counted(findings.length - 1, 'more finding')} like it: {tally(findings.slice(1))}.
        </p>
      )}
    </div>
  )
}

/** `3 in clean, 1 in loss-full`. */
function tally(findings: readonly Finding[]): string {
  const counts = new Map<string, number>()
  for (const { flow } of findings) counts.set(flow, (counts.get(flow) ?? 0) + 1)
  return [...counts].map(([flow, count]) => `${count} in ${flow}`).join(', ')
}

function packetOf({ message, sequence, round }: FindingRecord): string {
  return [message ?? 'unreadable', sequence, round === null ? null : `of round ${round}`]
    .filter((part) => part !== null)
    .join(' ')
}

import type { JSX } from 'preact'
import type { Finding, FindingRecord } from '../../verifier/verdict.js'
import type { CaseRecord, RunRecord } from '../run-record.js'
import { OutcomeWord, Tone } from './outcome-mark.js'

/** Findings of one case that are shown; the record counts all. */
const MAX_FINDINGS = 4

/** Why each case that did not pass did not, by which packets, and the one command that shows it again. */
export function Failures({ run }: { readonly run: RunRecord }): JSX.Element | null {
  const failed = run.cases.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'not-applicable')
  const findings = run.findings ?? []
  const told = new Set(failed.map(({ id }) => id))
  const others = findings.filter(({ flow }) => !told.has(flow))
  if (failed.length === 0 && others.length === 0) return null
  return (
    <section>
      <h2>Why it did not pass</h2>
      <div class="failures">
        {failed.map((entry) => (
          <Failure entry={entry} findings={findings.filter(({ flow }) => flow === entry.id)} />
        ))}
        {others.length > 0 && (
          <div class="card edge unsure">
            <h3>What else the evidence shows</h3>
            <FindingList findings={others} />
          </div>
        )}
      </div>
      <p class="again-line">
        Run it again: <code class="command">{run.reproduce}</code>
      </p>
    </section>
  )
}

interface FailureProps {
  readonly entry: CaseRecord
  readonly findings: readonly Finding[]
}

function Failure({ entry: { id, title, outcome, why }, findings }: FailureProps): JSX.Element {
  return (
    <article class={`card edge ${Tone[outcome]}`}>
      <h3>
        <OutcomeWord outcome={outcome} /> <a href={`#case-${encodeURIComponent(id)}`}>{id}</a>
      </h3>
      <p class="small">{title}</p>
      {why !== '' && <p class="why">{why}</p>}
      <FindingList findings={findings} />
    </article>
  )
}

function FindingList({ findings }: { readonly findings: readonly Finding[] }): JSX.Element {
  return (
    <>
      {findings.slice(0, MAX_FINDINGS).map(({ rule, sentence, clause, exchange, expected, got, records }) => (
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
            <div class="wide-table">
              <table>
                <caption class="small">
                  Packets{exchange === null ? '' : ` of exchange ${exchange}`}, in packets.ndjson
                </caption>
                <thead>
                  <tr>
                    <th>at</th>
                    <th>seen</th>
                    <th>packet</th>
                    <th>batch, record</th>
                  </tr>
                </thead>
                <tbody>
                  {records.map((record) => (
                    <tr>
                      <td>{(record.t / 1000).toFixed(1)} ms</td>
                      <td>
                        {record.at}, {record.fate}
                      </td>
                      <td>{packetOf(record)}</td>
                      <td>
                        {record.batch}, {record.index}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </div>
      ))}
      {findings.length > MAX_FINDINGS && (
        <p class="small">… and {findings.length - MAX_FINDINGS} findings more, in run.json.</p>
      )}
    </>
  )
}

function packetOf({ message, sequence, round }: FindingRecord): string {
  return [message ?? 'unreadable', sequence, round === null ? null : `of round ${round}`]
    .filter((part) => part !== null)
    .join(' ')
}

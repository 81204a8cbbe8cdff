import type { JSX } from 'preact'
import type { ExchangeStory, RunStories } from '../exchange-story/story.js'
import type { RunRecord } from '../run-record.js'
import { BenchTimeline } from './bench-timeline.js'
import { CaseList, CaseWall } from './case-wall.js'
import { CommandLine } from './command-line.js'
import { htmlDocument, plainRecord } from './document.js'
import { Failures } from './failures.js'
import { counted, figure, moment, timeSpan } from './figures.js'
import { Masthead } from './masthead.js'
import { OutcomeBar, OutcomeMark, VERDICT_MEANS } from './outcome-mark.js'
import { PacketLadder } from './packet-ladder.js'
import { RecoveryPlot } from './recovery-plot.js'
import { Times } from './times.js'

/** What the page of a run is made from. */
export interface RunPageParts {
  readonly record: RunRecord
  /** Its exchanges, told from the evidence. */
  readonly stories: RunStories
}

/**
 * One run as one HTML page: the verdict, why it failed, every case and measurement, the course of the run, and each exchange drawn packet by packet.
 *
 * It is a file of its own that fetches nothing and runs nothing; whatever devices say is escaped.
 */
export function runPage(parts: RunPageParts): string {
  const { record: run, stories } = plainRecord(parts)
  return htmlDocument(
    `${run.verdict}: ${run.deviceName === '' ? run.device : run.deviceName}`,
    <main>
      <RunHead run={run} />
      <section>
        <h2>Cases</h2>
        <CaseWall cases={run.cases} />
      </section>
      <Failures run={run} />
      <BenchTimeline cases={run.cases} entries={run.timeline ?? []} durationMs={run.durationMs} />
      <Times cases={run.cases} />
      <Exchanges run={run} stories={stories} />
      <section>
        <h2>Every case in full</h2>
        <CaseList cases={run.cases} />
      </section>
      <footer class="small">
        <p>
          Run it again: <CommandLine line={run.reproduce} />
        </p>
        <p>
          Verify it again, from the packets alone: <CommandLine line="npx viewnet verify packets.ndjson" />
        </p>
      </footer>
    </main>,
  )
}

function RunHead({ run }: { readonly run: RunRecord }): JSX.Element {
  const { device, deviceName, counts, evidence, versions } = run
  return (
    <Masthead
      kind="Viewnet · run"
      title={deviceName === '' ? device : deviceName}
      verdict={run.verdict}
      means={VERDICT_MEANS[run.verdict]}
      why={run.why}
      facts={[
        ['device number', device],
        ['converter', run.converter],
        ['resources', `${figure(counts.received)} of ${figure(counts.announced)} received`],
        [
          'losses',
          `${figure(counts.dropped)} dropped on purpose, ${figure(counts.resent)} sent again, ${counted(counts.duplicates, 'duplicate')}`,
        ],
        [
          'evidence',
          `${counted(evidence.records, 'packet record')} in ${counted(evidence.batches, 'batch', 'batches')}${evidence.broker === '' ? '' : ` on ${evidence.broker}`}`,
        ],
        ['began', moment(run.startedAt)],
        ['took', timeSpan(run.durationMs)],
        ['seed', String(run.seed)],
        ['run', run.run],
        [
          'versions',
          Object.entries(versions)
            .map(([program, version]) => `${program} ${version}`)
            .join(', '),
        ],
      ]}
    >
      <OutcomeBar outcomes={run.cases.map(({ outcome }) => outcome)} />
    </Masthead>
  )
}

interface ExchangesProps {
  readonly run: RunRecord
  readonly stories: RunStories
}

function Exchanges({ run, stories: { stories, untold, failure } }: ExchangesProps): JSX.Element | null {
  if (stories.length === 0 && failure === undefined) return null
  return (
    <section>
      <h2>Exchanges, packet by packet</h2>
      <p class="lead">
        Time runs downwards. An arrow is a packet, or a run of equal ones; one that breaks off was lost; a dashed one is
        sent again.
      </p>
      {failure !== undefined && <p class="card edge unsure">The evidence could not be read to its end: {failure}</p>}
      <div class="exchanges">
        {stories.map((story) => (
          <Exchange story={story} run={run} />
        ))}
      </div>
      {untold > 0 && <p class="small">{counted(untold, 'exchange')} more are in packets.ndjson, and not drawn.</p>}
    </section>
  )
}

function Exchange({ story, run }: { readonly story: ExchangeStory; readonly run: RunRecord }): JSX.Element {
  const { flow, exchange, resources, announced, startT, endT, rounds } = story
  const outcome = run.cases.find(({ id }) => id === flow)?.outcome
  const findings = (run.findings ?? []).filter((finding) => finding.flow === flow && finding.exchange === exchange)
  return (
    <article class="card">
      <h3>
        {outcome && <OutcomeMark outcome={outcome} />} {flow}
      </h3>
      <p class="small">
        exchange {exchange}, {announced === null ? 'nothing announced' : `${figure(announced)} announced`},{' '}
        {counted(rounds.length, 'round')}, {figure(resources.dropped)} lost, {figure(resources.again)} again,{' '}
        {timeSpan((endT - startT) / 1000)}
      </p>
      <RecoveryPlot story={story} />
      <details open={outcome !== undefined && outcome !== 'pass' && outcome !== 'not-applicable'}>
        <summary>The ladder, {counted(story.steps.length, 'step')}</summary>
        <PacketLadder story={story} findings={findings} />
      </details>
    </article>
  )
}

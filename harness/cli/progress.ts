import { createLogUpdate } from 'log-update'
import type { CertificationEvent } from '../certification/index.js'
import { plainText } from '../report/plain-text.js'

/** Shows how a certification goes: one live line on a terminal, a line a case elsewhere. On stderr: stdout is for results. */
export interface Progress {
  show(event: CertificationEvent): void
  /** Leave the terminal tidy. */
  end(): void
}

/** @param isTerminal - whether stderr is a terminal that lines can be rewritten on */
export function progressOn(stream: NodeJS.WriteStream, isTerminal = stream.isTTY): Progress {
  return isTerminal ? liveProgress(stream) : plainProgress(stream)
}

const MARKS: Readonly<Record<string, string>> = { pass: '✓', fail: '✗', 'not-applicable': '–' }
const markOf = (outcome: string): string => MARKS[outcome] ?? '?'

type CaseEnded = Extract<CertificationEvent, { type: 'caseEnded' }>

function caseLine({ record }: CaseEnded): string {
  const why = record.why === '' ? '' : ` — ${record.outcome}: ${plainText(record.why)}`
  return `${markOf(record.outcome)} ${record.title} (${(record.durationMs / 1000).toFixed(1)} s)${why}`
}

function beginning({
  run,
  device,
  broker,
  converter,
  isBlackBox,
}: Extract<CertificationEvent, { type: 'runStarted' }>): string {
  return `run ${run}: ${device}${isBlackBox ? ` through ${converter} (black box)` : ''}, evidence on ${broker}`
}

function plainProgress(stream: NodeJS.WriteStream): Progress {
  let caseCount = 0
  return {
    show(event) {
      if (event.type === 'runStarted') {
        caseCount = event.caseCount
        stream.write(`${beginning(event)}\n`)
      } else if (event.type === 'caseEnded') {
        stream.write(`[${event.index + 1}/${caseCount}] ${caseLine(event)}\n`)
      }
    },
    end: () => undefined,
  }
}

function liveProgress(stream: NodeJS.WriteStream): Progress {
  const log = createLogUpdate(stream)
  let caseCount = 0
  let current = ''
  return {
    show(event) {
      switch (event.type) {
        case 'runStarted':
          caseCount = event.caseCount
          log.persist(beginning(event))
          return
        case 'caseStarted':
          current = `… [${event.index + 1}/${caseCount}] ${event.case.title}`
          return log(current)
        case 'packets':
          return log(`${current} · ${event.packetCount} packets, round ${event.round}`)
        case 'caseEnded':
          return log.persist(caseLine(event))
      }
    },
    end: () => log.done(),
  }
}

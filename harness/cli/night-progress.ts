import { createLogUpdate } from 'log-update'
import type { NightEvent } from '../nightly/index.js'
import { plainText } from '../report/plain-text.js'

/** Shows how a night goes: a line an event, and on a terminal one live line a device that is under way. On stderr: stdout is for results. */
export interface NightProgress {
  readonly show: (event: NightEvent) => void
  /** Leave the terminal tidy. */
  readonly end: () => void
}

/** @param isTerminal - whether the stream is a terminal that lines can be rewritten on */
export function nightProgressOn(stream: NodeJS.WriteStream, isTerminal = stream.isTTY): NightProgress {
  const log = isTerminal ? createLogUpdate(stream) : undefined
  const live = new Map<string, string>()
  const say = (line: string): void => {
    if (log) log.persist(line)
    else stream.write(`${line}\n`)
  }
  const redraw = (): void => log?.([...live.values()].join('\n'))
  return {
    show(event) {
      const line = lineOf(event)
      if (line !== undefined) say(line)
      if ('ordinal' in event) {
        const key = `${event.device}/${event.ordinal}`
        if (event.type === 'attemptStarted') live.set(key, `… ${attemptOf(event)}`)
        else if (event.type === 'attemptProgressed')
          live.set(key, `… ${attemptOf(event)} · case ${event.casesDone} of ${event.cases}`)
        else live.delete(key)
        redraw()
      }
    },
    end: () => log?.done(),
  }
}

const MARKS = { pass: '✓', fail: '✗', 'could-not-test': '?' } as const

const attemptOf = ({ device, ordinal }: { readonly device: string; readonly ordinal: number }): string =>
  ordinal === 1 ? device : `${device} (attempt ${ordinal})`

function lineOf(event: NightEvent): string | undefined {
  switch (event.type) {
    case 'checking':
      return `checking ${event.deviceCount} devices before the night`
    case 'deviceAils':
      return `! ${event.device} ails, and is attempted last: ${plainText(event.health)}`
    case 'attemptSettled':
      return event.counts
        ? `✓ ${attemptOf(event)} had ended when the night was cut off; it counts`
        : `! ${attemptOf(event)} was under way when the night was cut off; it counts for nothing`
    case 'outletAwaited':
      return `… ${event.device}: its outlet is waited for: ${plainText(event.holders.join('; '))}`
    case 'outletSecured':
      return `! ${event.device} was under way when the night was cut off; its outlet ${event.outlet} is left ${event.state}`
    case 'attemptEnded':
      return `${MARKS[event.verdict]} ${attemptOf(event)}: ${event.verdict}${event.why === '' ? '' : ` — ${plainText(event.why)}`}`
    case 'attemptStarted':
    case 'attemptProgressed':
      return undefined
  }
}

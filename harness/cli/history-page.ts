import Table from 'cli-table3'
import type { DeviceHistory, MeasurementTrend } from '../history/index.js'
import type { FlakeScore, RunVerdict } from '../report/index.js'
import { plainText } from '../report/plain-text.js'

/** Attempts shown one by one. */
const SHOWN_ATTEMPTS = 10
/** Verdicts of the strip, and values of a sparkline. */
const SHOWN_MARKS = 40
const SPARK = '▁▂▃▄▅▆▇█'

const MARK: Readonly<Record<RunVerdict, string>> = { pass: '✓', fail: '✗', 'could-not-test': '?' }

/** A device in a line of the list of all. */
export interface HistoryLine {
  readonly told: DeviceHistory
  /** Attempts in all. */
  readonly attempts: number
}

/** Every device, in a line: how it did last, how often, how steadily. */
export function historyListing(lines: readonly HistoryLine[]): string {
  const table = tableOf(['device', 'model', 'last', 'when', 'attempts', 'oldest … latest', 'flake'])
  for (const { told, attempts } of lines) {
    const latest = told.attempts.at(-1)
    table.push([
      told.device,
      nameOf(told),
      latest?.verdict ?? '',
      latest ? shortMoment(latest.startedAtMs) : '',
      attempts,
      strip(told, 20),
      told.flake ? percent(told.flake.score) : '?',
    ])
  }
  return `${table.toString()}\n\nviewnet history DEVICE tells one in full.`
}

/** What a lab engineer reads of one device: how it did, what changed, how its measurements moved. */
export function historyPage(
  told: DeviceHistory,
  { all, report }: { readonly all: boolean; readonly report: string | undefined },
): string {
  const { device, attempts, flake } = told
  const shown = attempts.slice(-SHOWN_ATTEMPTS)
  return [
    `${device}  ${nameOf(told)}`,
    '',
    `${attempts.length} attempts, the latest last: ${strip(told, SHOWN_MARKS)}`,
    ...shown.map(({ startedAtMs, verdict, why }, at) => {
      const isRepeated = why !== '' && why === shown[at - 1]?.why
      return `  ${shortMoment(startedAtMs)}  ${MARK[verdict]} ${verdict}${why === '' ? '' : `  ${isRepeated ? 'the same' : plainText(why)}`}`
    }),
    ...(report === undefined ? [] : [`  page of the latest: ${report}`]),
    '',
    flake ? flakeText(flake) : 'Flake score: unknown, no attempt passed or failed.',
    ...changesText(told),
    '',
    ...trendsText(told.trends, all),
  ].join('\n')
}

function flakeText({ score, low, high, runs }: FlakeScore): string {
  const meaning = score === 0 ? 'always the same verdict' : 'the share of the rarer verdict; 50 % is a coin'
  return `Flake score: ${percent(score)} (${meaning}), 95 % sure between ${percent(low)} and ${percent(high)}, from ${runs} attempts under today's conditions.`
}

function changesText({ lastPassAtMs, changedSinceLastPass, attempts }: DeviceHistory): readonly string[] {
  if (lastPassAtMs === undefined) return ['It never passed, as far as these attempts go back.']
  if (attempts.at(-1)?.verdict === 'pass') return ['The latest attempt passed.']
  const passed = `It last passed ${shortMoment(lastPassAtMs)}.`
  if (changedSinceLastPass.length === 0)
    return [
      `${passed} Since then nothing changed that is recorded: model, firmware, converter, Node.js, cases and limits are the same.`,
    ]
  return [
    `${passed} Since then changed:`,
    ...changedSinceLastPass.map(({ what, before, now }) => {
      return `  ${what}: ${plainText(before) || 'nothing'} → ${plainText(now) || 'nothing'}`
    }),
  ]
}

function trendsText(trends: readonly MeasurementTrend[], all: boolean): readonly string[] {
  const shown = all ? trends : trends.filter(isTelling)
  const table = tableOf(['measurement', 'oldest … latest', 'median', 'latest', 'unit', 'against median', 'limit'])
  for (const { measurement, unit, points, median, latest, heldTo } of shown) {
    const values = points.map(({ value }) => value)
    table.push([
      measurement,
      sparkline(values),
      rounded(median),
      rounded(latest),
      unit,
      moveOf(latest, median),
      heldTo ?? '',
    ])
  }
  const left = trends.length - shown.length
  return [
    ...(shown.length === 0 ? [] : [table.toString()]),
    ...(left === 0 ? [] : [`${left} measurements of exchanges, or that never moved, are left out; --all shows them.`]),
  ]
}

/** What the device itself takes or shows and moved; how an exchange with chosen losses went follows from its seed. */
function isTelling({ measurement, points, unit }: MeasurementTrend): boolean {
  const isOfDevice = /time|clock|boot|silent|resources$/i.test(measurement) && !measurement.endsWith('/duration')
  const isTime = unit === 'ms' || unit === 's'
  const [first] = points
  return isOfDevice && (isTime || points.some(({ value }) => value !== first?.value))
}

function moveOf(latest: number, median: number): string {
  if (median === 0 || latest === median) return latest === median ? '=' : ''
  const share = (latest - median) / Math.abs(median)
  return `${share > 0 ? '+' : '−'}${Math.abs(share * 100).toFixed(0)} %`
}

function strip({ attempts }: DeviceHistory, most: number): string {
  const marks = attempts.slice(-most).map(({ verdict }) => MARK[verdict])
  return `${attempts.length > most ? '…' : ''}${marks.join('')}`
}

function nameOf({ model, firmware }: DeviceHistory): string {
  return plainText([model, firmware].filter((part) => part !== '').join(' '))
}

function shortMoment(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`
const rounded = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(4))

/** The latest values, drawn between the smallest and the largest of them. */
function sparkline(values: readonly number[]): string {
  const shown = values.slice(-SHOWN_MARKS)
  const [least, most] = [Math.min(...shown), Math.max(...shown)]
  return shown
    .map((value) => SPARK[most === least ? 0 : Math.round(((value - least) / (most - least)) * (SPARK.length - 1))])
    .join('')
}

/** A table without lines between its rows: there are many. */
function tableOf(head: string[]): Table.Table {
  return new Table({
    head,
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  })
}

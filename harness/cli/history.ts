import Table from 'cli-table3'
import { Command } from 'commander'
import { UsageError } from 'viewnet/device'
import { deviceHistory, History, type DeviceHistory } from '../history/index.js'
import { plainText } from '../report/index.js'
import { DEFAULT_HISTORY } from './nightly.js'
import { integer, messageNumber } from './option-parsers.js'
import { print, printJson } from './output.js'

interface HistoryFlags {
  readonly history: string
  readonly last: number
  readonly json?: boolean
}

/** `viewnet history`: how a device did, night by night. */
export function historyCommand(): Command {
  return new Command('history')
    .argument('[device]', 'external message number; left out: every device, in a line', messageNumber)
    .option('--history <url>', 'SQLite file, or postgres://USER@HOST/DATABASE', DEFAULT_HISTORY)
    .option('--last <N>', 'attempts to look back', integer(1, 10_000), 200)
    .option('--json', 'one JSON object on stdout')
    .action(async (device: string | undefined, flags: HistoryFlags) => {
      await using history = await History.open(flags.history)
      const known = await history.devices()
      if (device === undefined) {
        if (flags.json === true) printJson(known)
        else print(listing(known))
        return
      }
      if (!known.some((one) => one.device === device)) {
        const names = known.map((one) => one.device).join(', ') || 'none'
        throw new UsageError(
          'ERR_VIEWNET_OPTION',
          `history: expected a device of ${flags.history} (${names}), got ${device}`,
        )
      }
      const told = await deviceHistory(history, device, flags.last)
      if (flags.json === true) printJson(told)
      else print(page(told))
    })
}

function listing(devices: readonly { readonly device: string; readonly attempts: number }[]): string {
  if (devices.length === 0) return 'no attempts yet'
  const table = new Table({ head: ['device', 'attempts'], style: { head: [], border: [] } })
  for (const { device, attempts } of devices) table.push([device, attempts])
  return table.toString()
}

/** Attempts shown one by one. */
const SHOWN_ATTEMPTS = 15
const SPARK = '▁▂▃▄▅▆▇█'

function page({
  device,
  model,
  firmware,
  attempts,
  flake,
  trends,
  changedSinceLastPass,
  lastPassAtMs,
}: DeviceHistory): string {
  const table = new Table({
    head: ['measurement', 'trend', 'median', 'latest', 'unit', 'limit'],
    style: { head: [], border: [] },
  })
  for (const { measurement, unit, points, median, latest, heldTo } of trends) {
    table.push([
      measurement,
      sparkline(points.map(({ value }) => value)),
      rounded(median),
      rounded(latest),
      unit,
      heldTo ?? '',
    ])
  }
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
  return [
    `${device}  ${plainText([model, firmware].filter((part) => part !== '').join(' '))}`,
    ...attempts.slice(-SHOWN_ATTEMPTS).map(({ startedAtMs, verdict, why }) => {
      return `  ${new Date(startedAtMs).toISOString()}  ${verdict}${why === '' ? '' : `  ${plainText(why)}`}`
    }),
    flake
      ? `flake score ${percent(flake.score)}, 95 % between ${percent(flake.low)} and ${percent(flake.high)}, from ${flake.runs} attempts under these conditions`
      : 'flake score unknown: no attempt passed or failed',
    lastPassAtMs === undefined ? 'never passed' : `last passed ${new Date(lastPassAtMs).toISOString()}`,
    ...changedSinceLastPass.map(({ what, before, now }) => {
      return `  since then ${what}: ${plainText(before) || 'nothing'} → ${plainText(now) || 'nothing'}`
    }),
    table.toString(),
  ].join('\n')
}

const rounded = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(4))

/** The latest values, drawn between the smallest and the largest of them. */
function sparkline(values: readonly number[]): string {
  const shown = values.slice(-20)
  const [least, most] = [Math.min(...shown), Math.max(...shown)]
  return shown
    .map((value) => SPARK[most === least ? 0 : Math.round(((value - least) / (most - least)) * (SPARK.length - 1))])
    .join('')
}

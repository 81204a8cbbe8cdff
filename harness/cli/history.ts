import { join } from 'node:path'
import { Command } from 'commander'
import { UsageError } from 'viewnet/device'
import { deviceHistory, History, shownAddress, type DeviceHistory } from '../history/index.js'
import { DEFAULT_HISTORY, expectHistory } from './history-address.js'
import { historyListing, historyPage } from './history-page.js'
import { integer, messageNumber } from './option-parsers.js'
import { print, printJson } from './output.js'

interface HistoryFlags {
  readonly history: string
  readonly last: number
  readonly all?: boolean
  readonly json?: boolean
}

const NOTES = `
Examples:
  viewnet history                            every device: how it did last, how steadily
  viewnet history 00001-00020-00300-00007    one in full

Flake score: the share of attempts whose verdict is the rarer one of pass and fail, among those under the conditions of the latest: same model, firmware,
converter, Node.js, cases and limits. 0 % is steady, 50 % a coin; its interval (Wilson, 95 %) says how much few attempts prove.`

/** `viewnet history`: how a device did, night by night. */
export function historyCommand(): Command {
  return new Command('history')
    .description(
      'what the nights say of a device: verdicts, flake score, trends, and what changed since it last passed',
    )
    .argument('[device]', 'external message number; left out: every device, in a line', messageNumber)
    .option('--history <url>', 'SQLite file, or postgres://USER@HOST/DATABASE', DEFAULT_HISTORY)
    .option('--last <N>', 'attempts to look back', integer(1, 10_000), 200)
    .option('--all', 'every measurement, those of exchanges and those that never moved as well')
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', NOTES)
    .action(async (device: string | undefined, flags: HistoryFlags) => {
      await expectHistory(flags.history)
      await using history = await History.open(flags.history)
      const known = await history.devices()
      if (device === undefined) {
        if (flags.json === true) printJson(known)
        else print(await listing(history, known, flags.last))
        return
      }
      if (!known.some((one) => one.device === device)) {
        const names = known.map((one) => one.device).join(', ') || 'none'
        throw new UsageError(
          'ERR_VIEWNET_OPTION',
          `history: expected a device of ${shownAddress(flags.history)} (${names}), got ${device}`,
        )
      }
      const told = await deviceHistory(history, device, flags.last)
      if (flags.json === true) printJson(told)
      else print(historyPage(told, { all: flags.all === true, report: await latestPage(history, told) }))
    })
}

async function listing(
  history: History,
  known: readonly { readonly device: string; readonly attempts: number }[],
  last: number,
): Promise<string> {
  if (known.length === 0) return 'no attempts yet'
  const lines: { told: DeviceHistory; attempts: number }[] = []
  for (const { device, attempts } of known) lines.push({ told: await deviceHistory(history, device, last), attempts })
  return historyListing(lines)
}

/** The page of the latest attempt; undefined where it left none. */
async function latestPage(history: History, { attempts }: DeviceHistory): Promise<string | undefined> {
  const latest = attempts.at(-1)
  if (!latest || latest.night === null || latest.report === '') return undefined
  const night = await history.night(latest.night)
  return night && join(night.report, latest.report, 'report.html')
}

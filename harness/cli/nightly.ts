import { Command, Option } from 'commander'
import { DEFAULT_HISTORY } from './history-address.js'
import { integer, minutes, runId } from './option-parsers.js'
import type { NightlyFlags } from './run-nightly.js'
import { stoppable } from './until-stopped.js'

const NOTES = `
Every attempt is a process of its own and is kept in the history before it starts. A night that was stopped or killed goes on with --resume:
what counted is not made again. The folder holds night.html, night.json and, for each device, a folder an attempt with its whole report.`

/** `viewnet nightly`: certify a bench, unattended. */
export function nightlyCommand(): Command {
  return new Command('nightly')
    .option('--bench <file>', 'YAML: the devices of a bench; default: a simulated bench of three devices')
    .option('--report <dir>', 'folder of the night; default: report/NIGHT')
    .option('--history <url>', 'SQLite file, or postgres://USER@HOST/DATABASE', DEFAULT_HISTORY)
    .option('--night <id>', 'name of the night; default: the time and a little chance', runId)
    .option(
      '--seed <N>',
      "everything random follows from it; default: the plan's, or a fresh one",
      integer(0, 0xffffffff),
    )
    .option('--parallel <N>', "devices at a time; default: the plan's, or as many as there are cores", integer(1, 64))
    .option(
      '--retries <N>',
      "attempts after the first for a device that did not pass; default: the plan's, or 1",
      integer(0, 10),
    )
    .option('--budget <minutes>', "no attempt begins after so long; default: the plan's, or 600", minutes)
    .option('--attempt-limit <minutes>', 'longest that one attempt may take', minutes, 120)
    .addOption(
      new Option('--resume [night]', 'go on with a night that was stopped or killed; default: the last one').conflicts([
        'bench',
        'night',
        'seed',
        'report',
      ]),
    )
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', NOTES)
    .action(async (flags: NightlyFlags) => {
      // All that a night needs is read for a night, and not for who asks for help or mistypes.
      const { runNightly } = await import('./run-nightly.js')
      await stoppable(async (signal) => {
        process.exitCode = await runNightly(flags, signal)
      })
    })
}

#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { ViewnetError } from 'viewnet/device'
import { certifyCommand } from './certify.js'
import { ExitStatus, note } from './output.js'
import { requestCommand } from './request.js'
import { serveCommand } from './serve.js'
import { simulateCommand } from './simulate.js'
import { verifyCommand } from './verify.js'
import { packageVersion } from './version.js'

const EXIT_STATUSES = `
Exit status: 0 good · 1 the device or converter failed · 2 could not test · 3 wrong usage`

/** Codes whose fault lies with whoever typed the command. */
const USAGE_CODES = new Set([
  'ERR_VIEWNET_OPTION',
  'ERR_VIEWNET_ADDRESS',
  'ERR_VIEWNET_MESSAGE_NUMBER',
  'ERR_VIEWNET_BENCH_FILE',
  'ERR_VIEWNET_CREDENTIALS',
  'ERR_VIEWNET_RUN_FILE',
])

async function main(): Promise<void> {
  const program = new Command('viewnet')
    .description(
      'Conversion server between a video network and ordinary surveillance devices, and the bench that certifies it',
    )
    .version(packageVersion)
    .addHelpText('after', EXIT_STATUSES)
  for (const command of [certifyCommand(), serveCommand(), requestCommand(), simulateCommand(), verifyCommand()])
    program.addCommand(command)
  for (const command of withSubcommands(program))
    command.exitOverride().showHelpAfterError('(add --help for all options)')
  await program.parseAsync()
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}

function exitStatusOf(error: unknown): ExitStatus {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitStatus.good : ExitStatus.usage
  if (error instanceof ViewnetError) {
    note(`viewnet: ${error.message}`)
    return USAGE_CODES.has(error.code) ? ExitStatus.usage : ExitStatus.couldNotTest
  }
  note(`viewnet: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  return ExitStatus.couldNotTest
}

main().catch((error: unknown) => {
  process.exitCode = exitStatusOf(error)
})

#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { UsageError, ViewnetError } from 'viewnet/device'
import { benchCommand } from './bench-command.js'
import { benchmarkCommand } from './benchmark.js'
import { certifyCommand } from './certify.js'
import { discoverCommand } from './discover.js'
import { historyCommand } from './history.js'
import { inspectCommand } from './inspect.js'
import { nightlyCommand } from './nightly.js'
import { ExitStatus, note, outliveReaders } from './output.js'
import { keyCommand } from './key.js'
import { requestCommand } from './request.js'
import { serveCommand } from './serve.js'
import { simulateCommand } from './simulate.js'
import { verifyCommand } from './verify.js'
import { packageVersion } from './version.js'

const EXIT_STATUSES = `
Exit status: 0 good · 1 the device or converter failed · 2 could not test · 3 wrong usage`

async function main(): Promise<void> {
  outliveReaders()
  const program = new Command('viewnet')
    .description(
      'Conversion server between a video network and ordinary surveillance devices, and the bench that certifies it',
    )
    .version(packageVersion)
    .addHelpText('afterAll', EXIT_STATUSES)
  for (const command of [
    certifyCommand(),
    benchCommand(),
    nightlyCommand(),
    historyCommand(),
    serveCommand(),
    requestCommand(),
    simulateCommand(),
    discoverCommand(),
    inspectCommand(),
    verifyCommand(),
    keyCommand(),
    benchmarkCommand(),
  ])
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
    // Whoever typed the command is our caller.
    return error instanceof UsageError ? ExitStatus.usage : ExitStatus.couldNotTest
  }
  note(`viewnet: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  return ExitStatus.couldNotTest
}

main().catch((error: unknown) => {
  process.exitCode = exitStatusOf(error)
})

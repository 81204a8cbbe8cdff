import { Command, CommanderError } from 'commander'
import { UsageError, ViewnetError } from 'viewnet/device'
import { ExitStatus, note, outliveReaders } from './output.js'
import { packageVersion } from './version.js'

const EXIT_STATUSES = `
Exit status: 0 good · 1 the device or converter failed · 2 could not test · 3 wrong usage`

/** A command: what it is for, and the module that makes it. */
interface Entry {
  readonly description: string
  readonly load: () => Promise<() => Command>
}

/** Every command. Only the one that is typed is loaded: all of them together take a second. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  certify: {
    description: 'certify a device through the converter: list it, convert it, lose packets, recover, prove it, report',
    load: async () => (await import('./certify.js')).certifyCommand,
  },
  bench: {
    description: 'look at a bench',
    load: async () => (await import('./bench-command.js')).benchCommand,
  },
  power: {
    description: 'switch the power of a device of a bench by hand, under a lease: on, off, cycle, state, secure',
    load: async () => (await import('./power.js')).powerCommand,
  },
  ptz: {
    description:
      'turn the analogue head of a device of a bench by hand, under a lease: move, stop, go-to, store, position',
    load: async () => (await import('./ptz.js')).ptzCommand,
  },
  nightly: {
    description: 'certify every device of a bench through the night: in parallel, with retries, resumable, one verdict',
    load: async () => (await import('./nightly.js')).nightlyCommand,
  },
  history: {
    description:
      'what the nights say of a device: verdicts, flake score, trends, and what changed since it last passed',
    load: async () => (await import('./history.js')).historyCommand,
  },
  serve: {
    description: 'run the conversion server until SIGINT or SIGTERM',
    load: async () => (await import('./serve.js')).serveCommand,
  },
  request: {
    description: 'ask a converter once for the recordings of a device, as a video-network server would',
    load: async () => (await import('./request.js')).requestCommand,
  },
  simulate: {
    description: 'run a simulated device',
    load: async () => (await import('./simulate.js')).simulateCommand,
  },
  discover: {
    description: 'find ONVIF devices by WS-Discovery, and ask each whether it offers Search and Replay',
    load: async () => (await import('./discover.js')).discoverCommand,
  },
  inspect: {
    description: 'learn everything about one ONVIF device that matters to us: the page to attach to a bug report',
    load: async () => (await import('./inspect.js')).inspectCommand,
  },
  verify: {
    description: 'derive the verdict of a run again, from its evidence alone; or test the certificate of a run',
    load: async () => (await import('./verify.js')).verifyCommand,
  },
  key: {
    description:
      "show the public half of the key that signs runs here, and make this station's own where there is none",
    load: async () => (await import('./key.js')).keyCommand,
  },
  benchmark: {
    description: 'the performance suite, each figure beside its bare baseline in the same run',
    load: async () => (await import('./benchmark.js')).benchmarkCommand,
  },
}

async function main(): Promise<void> {
  outliveReaders()
  const program = new Command('viewnet')
    .description(
      'Conversion server between a video network and ordinary surveillance devices, and the bench that certifies it',
    )
    .version(packageVersion)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('afterAll', EXIT_STATUSES)
  const typed = new Set(process.argv.slice(2, 4))
  for (const [name, { description, load }] of Object.entries(COMMANDS)) {
    const command = typed.has(name) ? (await load())() : new Command(name)
    program.addCommand(command.description(description))
  }
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

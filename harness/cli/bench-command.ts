import { Command } from 'commander'
import {
  BenchFileError,
  benchText,
  checkBench,
  issueText,
  leaseFolder,
  Leases,
  type BenchCheck,
} from '../bench/index.js'
import { ExitStatus, note, print, printJson } from './output.js'

/** `viewnet bench`: looks at benches without touching a device. */
export function benchCommand(): Command {
  return new Command('bench').addCommand(checkCommand()).addCommand(leasesCommand())
}

function checkCommand(): Command {
  return new Command('check')
    .description('check a bench file: what is wrong in it, where, what was expected and what came')
    .argument('<file>', 'YAML; docs/bench-file.md tells every key')
    .option('--json', 'one JSON object on stdout: valid, errors, warnings')
    .action(async (file: string, { json = false }: { json?: boolean }) => {
      const { bench, errors, warnings } = await checked(file)
      const valid = errors.length === 0
      process.exitCode = valid ? ExitStatus.good : ExitStatus.usage
      if (json) return printJson({ valid, errors, warnings })
      for (const error of errors) note(issueText(file, error))
      for (const warning of warnings) note(`warning: ${issueText(file, warning)}`)
      if (bench) print(`${file}: good: ${bench.devices.length} ${bench.devices.length === 1 ? 'device' : 'devices'}`)
    })
}

function leasesCommand(): Command {
  return new Command('leases')
    .description('who holds which devices, relays and consoles of this machine')
    .option('--json', 'one JSON object on stdout: folder, leases, left')
    .action(({ json = false }: { json?: boolean }) => {
      const leases = new Leases()
      const held = leases.held()
      const left = leases.left()
      leases.close()
      if (json) return printJson({ folder: leaseFolder(), leases: held, left })
      for (const { holder, pid, leaves } of left)
        print(`left by ${holder} (process ${pid}), which is gone, and in no certain state: ${leaves.join(', ')}`)
      if (held.length === 0) return print('nobody holds anything')
      for (const { holder, user, pid, sinceMs, resources } of held)
        print(`${holder} (${user}, process ${pid}, since ${new Date(sinceMs).toISOString()}): ${resources.join(', ')}`)
    })
}

/** A file that cannot be read has its error like any other. */
async function checked(file: string): Promise<BenchCheck> {
  try {
    return checkBench(await benchText(file), process.env)
  } catch (failure) {
    if (!(failure instanceof BenchFileError)) throw failure
    return { bench: undefined, errors: failure.issues, warnings: [] }
  }
}

import { Command, Option } from 'commander'
import { UsageError } from 'viewnet/device'
import { SimulatedRecorder } from 'viewnet/devices/simulated'
import { integer } from './option-parsers.js'
import { note, print, printJson } from './output.js'
import { untilStopped } from './until-stopped.js'

interface SimulateOptions {
  readonly host: string
  readonly port: number
  readonly recordings: number
  readonly channels: number
  readonly seed: number
  readonly user?: string
  readonly password?: string
  readonly truth?: string
  readonly json?: boolean
}

/** `viewnet simulate`: devices that exist only in software, over real sockets. */
export function simulateCommand(): Command {
  return new Command('simulate').description('run a simulated device').addCommand(onvifCommand())
}

function onvifCommand(): Command {
  return new Command('onvif')
    .description('a simulated ONVIF Profile G recorder over real HTTP, until SIGINT or SIGTERM')
    .addOption(new Option('--host <address>', 'where to listen').default('127.0.0.1'))
    .addOption(new Option('--port <N>', 'TCP port; 0 picks a free one').argParser(integer(0, 65_535)).default(0))
    .addOption(
      new Option('--recordings <N>', 'recording resources in all').argParser(integer(0, 1_000_000)).default(200),
    )
    .addOption(new Option('--channels <N>', 'channels they are spread over').argParser(integer(1, 1024)).default(4))
    .addOption(new Option('--seed <N>', 'its contents follow from it').argParser(integer(0, 0xffffffff)).default(1))
    .option('--user <U>', 'ask for WS-Security credentials; goes with --password')
    .option('--password <P>', 'the password of that user; others on this machine can see it in the list of processes')
    .option('--truth <file>', 'write what it holds as JSON lines')
    .option('--json', 'the ready line alone on stdout, as JSON')
    .action(async ({ truth, json = false, ...options }: SimulateOptions) => {
      await using recorder = new SimulatedRecorder(options)
      await recorder.start()
      if (truth !== undefined) await writeTruth(recorder, truth)
      const ready = {
        ready: true,
        url: recorder.url,
        recordings: recorder.recordingCount,
        channels: recorder.channels,
        pid: process.pid,
      }
      if (json) printJson(ready)
      else print(JSON.stringify(ready))
      if (!json) note('viewnet: simulated recorder is ready; Ctrl-C stops it')
      await untilStopped()
    })
}

async function writeTruth(recorder: SimulatedRecorder, file: string): Promise<void> {
  try {
    await recorder.writeTruth(file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError('ERR_VIEWNET_OPTION', `option '--truth <file>': expected a file to write to, got ${reason}`, {
      cause,
    })
  }
}

import { Command, Option } from 'commander'
import { UsageError } from 'viewnet/device'
import { DiscoveryResponder, QUIRKS, ReplayedDevice, SimulatedRecorder } from 'viewnet/devices/simulated'
import { integer } from './option-parsers.js'
import { note, print, printJson } from './output.js'
import { untilStopped } from './until-stopped.js'

interface SimulateOptions {
  readonly host?: string
  readonly port: number
  readonly recordings: number
  readonly channels: number
  readonly seed: number
  readonly videoOnly?: boolean
  readonly user?: string
  readonly password?: string
  readonly https?: boolean
  readonly discoverable?: boolean
  readonly quirks?: readonly string[]
  readonly truth?: string
  readonly replay?: string
  readonly json?: boolean
}

/** `viewnet simulate`: devices that exist only in software, over real sockets. */
export function simulateCommand(): Command {
  return new Command('simulate').addCommand(onvifCommand())
}

function onvifCommand(): Command {
  return new Command('onvif')
    .description('a simulated ONVIF Profile G recorder over real HTTP, until SIGINT or SIGTERM')
    .option('--host <address>', 'where to listen; 127.0.0.1 unless the quirk ipv6 makes it ::1')
    .addOption(new Option('--port <N>', 'TCP port; 0 picks a free one').argParser(integer(0, 65_535)).default(0))
    .addOption(
      new Option('--recordings <N>', 'recording resources in all').argParser(integer(0, 1_000_000)).default(200),
    )
    .addOption(new Option('--channels <N>', 'channels they are spread over').argParser(integer(1, 1024)).default(4))
    .addOption(new Option('--seed <N>', 'its contents follow from it').argParser(integer(0, 0xffffffff)).default(1))
    .option('--video-only', 'no audio and metadata tracks beside the video')
    .option('--user <U>', 'ask for credentials, by WS-Security unless a quirk says otherwise; goes with --password')
    .option('--password <P>', 'the password of that user; others on this machine can see it in the list of processes')
    .option('--https', 'speak https with a self-signed certificate; the ready line tells its fingerprint')
    .addOption(
      new Option('--quirks <name,…>', 'ways of real recorders that it has, see below').argParser((text) =>
        text.split(',').map((name) => name.trim()),
      ),
    )
    .option('--discoverable', 'answer WS-Discovery probes on UDP port 3702 of its address, for `viewnet discover`')
    .option('--truth <file>', 'write what a right driver lists as JSON lines')
    .addOption(
      new Option('--replay <dir>', 'serve a saved device again (docs/replay.md) in place of a made up one').conflicts([
        'recordings',
        'channels',
        'seed',
        'videoOnly',
        'user',
        'password',
        'https',
        'quirks',
        'truth',
      ]),
    )
    .option('--json', 'the ready line alone on stdout, as JSON')
    .addHelpText('after', quirksHelp)
    .action(async ({ replay, ...options }: SimulateOptions) => {
      await (replay === undefined ? runRecorder(options) : runReplay(replay, options))
    })
}

async function runRecorder({ truth, json = false, discoverable = false, ...options }: SimulateOptions): Promise<void> {
  await using recorder = new SimulatedRecorder(options)
  await recorder.start()
  await using responder = new DiscoveryResponder({
    url: recorder.url,
    ...(options.host !== undefined && { host: options.host }),
    multicast: false,
  })
  if (discoverable) await responder.start()
  if (truth !== undefined) await writeTruth(recorder, truth)
  const { url, certificateFingerprint } = recorder
  await announced(
    {
      ready: true,
      url,
      recordings: recorder.recordingCount,
      channels: recorder.channels,
      pid: process.pid,
      ...(certificateFingerprint !== undefined && { certificateFingerprint }),
      ...(recorder.expectedFailure !== undefined && { expectedFailure: recorder.expectedFailure }),
    },
    'simulated recorder',
    json,
  )
}

/** What a saved device holds is not told in its responses taken one by one, so it is not told here. */
async function runReplay(folder: string, { host, port, json = false }: SimulateOptions): Promise<void> {
  await using device = new ReplayedDevice({ folder, host, port })
  await device.start()
  const { url, responseCount } = device
  await announced(
    { ready: true, url, recordings: null, channels: null, pid: process.pid, responses: responseCount },
    'saved device',
    json,
  )
}

async function announced(ready: Readonly<Record<string, unknown>>, subject: string, json: boolean): Promise<void> {
  if (json) printJson(ready)
  else print(JSON.stringify(ready))
  if (!json) note(`viewnet: ${subject} is ready; Ctrl-C stops it`)
  await untilStopped()
}

function quirksHelp(): string {
  const names = Object.entries(QUIRKS)
  const width = Math.max(...names.map(([name]) => name.length))
  return ['', 'Quirks:', ...names.map(([name, line]) => `  ${name.padEnd(width)}  ${line}`)].join('\n')
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

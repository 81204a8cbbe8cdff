import { Command } from 'commander'
import { ConversionServer, ResponseStatus, UsageError, type Acceleration, type LinkStats } from 'viewnet'
import { blackBoxOf, credentialsOf, servedOf, type BenchConverter, type ServedConverter } from '../bench/index.js'
import { benchDevice } from '../certification/device-under-test.js'
import { readBench } from './read-bench.js'
import { accelerationOption } from './option-parsers.js'
import { note, print, printJson } from './output.js'
import { untilStopped } from './until-stopped.js'

/** Contents of simulated devices without a seed of their own: a daemon has no run whose seed they could follow. */
const SIMULATED_SEED = 1

const EXAMPLE = `
Configuration:
  converter:
    number: 00001-00020-00300-04000
    link: udp://127.0.0.1:28200        # or ethernet:eth1
    peers: [udp://127.0.0.1:28300]
  devices:
    - number: 00001-00020-00300-00007
      driver: onvif
      url: http://127.0.0.1:8899/onvif/device_service
      user: admin
      password: { env: CAMERA_PASSWORD }`

const statusName = (status: ResponseStatus): string =>
  Object.entries(ResponseStatus).find(([, value]) => value === status)?.[0] ?? String(status)

interface ServeOptions {
  readonly config: string
  readonly json?: boolean
  readonly acceleration?: Acceleration
}

/** `viewnet serve`: the conversion server as a daemon. */
export function serveCommand(): Command {
  return new Command('serve')
    .requiredOption('--config <file>', 'YAML: the converter and its devices')
    .addOption(accelerationOption().default(undefined, "the configuration's, or auto"))
    .option('--json', 'events as JSON lines on stdout; the ready line is JSON always')
    .addHelpText('after', EXAMPLE)
    .action(async ({ config, json = false, acceleration }: ServeOptions) => {
      const { converter: described, devices } = await readBench(config)
      const converter = expectServed(config, described)
      // Before any simulated one listens, so that a variable that is not set ends the program.
      for (const device of devices) credentialsOf(device)
      const benched = await Promise.all(devices.map((device) => benchDevice(device, SIMULATED_SEED)))
      const opened = benched.map((device) => ({
        number: device.number,
        device: device.open(),
        maxInquiries: device.maxInquiries,
      }))
      const server = new ConversionServer({ ...converter, ...(acceleration && { acceleration }), devices: opened })
      server.on('error', (error) => note(`viewnet: ${error.message}`))
      server.on('exchangeClosed', ({ exchange, peer, device, reason, facts }) => {
        if (json) return printJson({ type: 'exchangeClosed', exchange, peer, device, reason, ...facts })
        const status = facts.status === undefined ? '' : `${statusName(facts.status)}, `
        print(
          `exchange ${exchange} of ${peer} for ${device}: ${reason} (${status}${facts.count} resources, ${facts.resentCount} sent again)`,
        )
      })
      await server.start()
      const { link } = server.stats()
      if (link) noteLink(link)
      printJson({ ready: true, link: server.address, number: server.number, pid: process.pid })
      await untilStopped()
      await server.close()
      for (const { device } of opened) await device.close?.()
      for (const device of benched) await device.close()
    })
}

/** What kind of link it became, and what it can take. */
function noteLink({ kind, whyNotAccelerated, receiveBufferBytes, receiveBurstPackets }: LinkStats): void {
  const why = whyNotAccelerated === undefined ? '' : ` (not accelerated: ${whyNotAccelerated})`
  note(
    `viewnet: link ${kind}${why}; its receive buffer of ${receiveBufferBytes} octets takes a burst of ${receiveBurstPackets} packets`,
  )
}

/** @throws UsageError `ERR_VIEWNET_BENCH_FILE` where the file's converter is none to be */
function expectServed(config: string, converter: BenchConverter | undefined): ServedConverter {
  const served = servedOf(converter)
  if (served) return served
  const blackBox = blackBoxOf(converter)
  const got = blackBox
    ? `the address ${blackBox.address} of another, which is for 'viewnet certify --bench ${config}'`
    : 'none'
  const message = `${config}: converter: expected what to serve, with number, link and peers, got ${got}`
  throw new UsageError('ERR_VIEWNET_BENCH_FILE', message)
}

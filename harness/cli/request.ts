import { randomInt } from 'node:crypto'
import { Command, Option } from 'commander'
import { UsageError } from 'viewnet/device'
import { type Acceleration, formatEthernetAddress, linkAt, LinkError, parseEthernetAddress } from 'viewnet/link'
import {
  VideoNetworkEndpoint,
  type EndEvent,
  type EndpointEvent,
  type EndpointRequest,
  type EndpointVerdict,
} from '../endpoint/index.js'
import { impairedLink } from '../impairment/index.js'
import {
  accelerationOption,
  integer,
  linkAddress,
  messageNumber,
  moment,
  peerAddress,
  ratio,
} from './option-parsers.js'
import { ExitStatus, note, print, printJson } from './output.js'
import { stoppable } from './until-stopped.js'

/** The port that the examples of a converter's `peers` name. */
const DEFAULT_ENDPOINT_PORT = 28300

interface RequestOptions {
  readonly to: string
  readonly number: string
  readonly device: string
  readonly from?: number
  readonly toTime?: number
  readonly channel?: number
  readonly kinds?: number
  readonly limit?: number
  readonly rate?: number
  readonly window?: number
  readonly selective?: boolean
  readonly drop: number
  readonly seed: number
  readonly local?: string
  readonly acceleration: Acceleration
  readonly json?: boolean
}

const EXAMPLES = `
Examples:
  viewnet request --to udp://127.0.0.1:28200 --number 00001-00020-00300-04000 --device 00001-00020-00300-00007
  viewnet request --to … --number … --device … --from 2026-01-01 --to-time 2026-01-02 --drop 0.2 --selective --json`

/** `viewnet request`: be the endpoint once. */
export function requestCommand(): Command {
  return new Command('request')
    .requiredOption(
      '--to <address>',
      'link address of the converter: udp://HOST:PORT or ethernet:INTERFACE/STATION',
      peerAddress,
    )
    .requiredOption('--number <N>', 'external message number of the converter', messageNumber)
    .requiredOption('--device <N>', 'external message number of the device', messageNumber)
    .option('--from <time>', 'recordings from this moment, ISO 8601', moment)
    .option('--to-time <time>', 'recordings before this moment, ISO 8601', moment)
    .option('--channel <N>', 'this channel alone', integer(1, 65_535))
    .option('--kinds <bits>', '1 continuous, 2 motion, 4 alarm, 8 manual, added up', integer(1, 65_535))
    .option('--limit <N>', 'this many resources at most', integer(1, 0xffffffff))
    .option('--rate <N>', 'packets per second at most', integer(4, 0xffffffff))
    .option('--window <N>', 'ask for credit: packets beyond the last progress report at most', integer(1, 0xffffffff))
    .option('--selective', 'name what is missing, instead of having everything sent again')
    .addOption(
      new Option('--drop <ratio>', 'lose this share of all packets on purpose, both ways').argParser(ratio).default(0),
    )
    .addOption(
      new Option('--seed <N>', 'which packets are lost follows from it').argParser(integer(0, 0xffffffff)).default(1),
    )
    .option(
      '--local <address>',
      `where to listen; default: UDP port ${DEFAULT_ENDPOINT_PORT}, or a free one; the interface of an Ethernet converter`,
      linkAddress,
    )
    .addOption(accelerationOption())
    .option('--json', 'JSON lines: response, resources, end')
    .addHelpText('after', EXAMPLES)
    .action(async (options: RequestOptions) => {
      await stoppable(async (signal) => {
        process.exitCode = await request(options, signal)
      })
    })
}

async function request(options: RequestOptions, signal: AbortSignal): Promise<ExitStatus> {
  const { from = 0, toTime = Infinity } = options
  if (toTime <= from) {
    const got = `${new Date(toTime).toISOString()} with --from ${new Date(from).toISOString()}`
    throw new UsageError('ERR_VIEWNET_OPTION', `option '--to-time <time>': expected a time after --from, got ${got}`)
  }
  let dropped = 0
  await using endpoint = await startEndpoint(options, () => dropped++)
  const show = options.json === true ? showJson : showText
  let status: ExitStatus = ExitStatus.couldNotTest
  for await (const event of endpoint.request(wantedBy(options, signal))) {
    show(event, dropped)
    if (event.type === 'end') status = exitStatusOf(event.verdict)
    // What is complete needs no reason.
    if (event.type === 'end' && event.verdict !== 'complete') note(`viewnet: ${event.why}`)
  }
  return status
}

function wantedBy(
  { device, from, toTime, channel, kinds, limit, rate, window, selective }: RequestOptions,
  signal: AbortSignal,
): EndpointRequest {
  return {
    device,
    exchange: randomInt(1, 0xffffffff),
    signal,
    selective: selective ?? false,
    ...(from !== undefined && { fromMs: from }),
    ...(toTime !== undefined && { toMs: toTime }),
    ...(channel !== undefined && { channel }),
    ...(kinds !== undefined && { kinds }),
    ...(limit !== undefined && { limit }),
    ...(rate !== undefined && { ratePacketsPerSecond: rate }),
    ...(window !== undefined && { window }),
  }
}

/** A converter answers peers that it knows, so the port is the one that converters are told of; a second request beside it takes any. */
async function startEndpoint(options: RequestOptions, onDrop: () => void): Promise<VideoNetworkEndpoint> {
  if (options.local !== undefined) return openEndpoint(options, options.local, onDrop)
  if (options.to.startsWith('ethernet:')) {
    const { interface: name } = parseEthernetAddress(options.to)
    return openEndpoint(options, formatEthernetAddress({ interface: name, station: undefined }), onDrop)
  }
  const host = options.to.includes('[') ? '[::]' : '0.0.0.0'
  try {
    return await openEndpoint(options, `udp://${host}:${DEFAULT_ENDPOINT_PORT}`, onDrop)
  } catch (error) {
    if (!(error instanceof LinkError)) throw error
    note(
      `viewnet: warning: port ${DEFAULT_ENDPOINT_PORT} is taken, so a free one is used; a converter that admits only that port will not answer`,
    )
    return openEndpoint(options, `udp://${host}:0`, onDrop)
  }
}

async function openEndpoint(
  { to, number, drop, seed, acceleration }: RequestOptions,
  local: string,
  onDrop: () => void,
): Promise<VideoNetworkEndpoint> {
  const lossy = { dropRatio: drop }
  const link = impairedLink(linkAt(local, { acceleration }), {
    seed,
    // Nothing happens to packets that nothing is to happen to: they are not even looked at.
    ...(drop > 0 && { outgoing: lossy, incoming: lossy }),
    observe: ({ fate }) => {
      if (fate === 'dropped') onDrop()
    },
  })
  const endpoint = new VideoNetworkEndpoint({ link, to, converterNumber: number })
  await endpoint.start()
  return endpoint
}

const iso = (ms: number): string => new Date(ms).toISOString()

function showJson(event: EndpointEvent, dropped: number): void {
  switch (event.type) {
    case 'response':
      return printJson({ type: 'response', status: event.status, count: event.count })
    case 'resource': {
      const { sequence, startMs, endMs, channel, kinds, key } = event
      return printJson({
        type: 'resource',
        sequence,
        start: iso(startMs),
        end: endMs === undefined ? null : iso(endMs),
        channel,
        kind: kinds,
        key,
      })
    }
    case 'roundEnded':
      return
    case 'end': {
      const { verdict, received, count, rounds, duplicates } = event
      return printJson({ type: 'end', verdict, received, count: count ?? 0, rounds, duplicates, dropped })
    }
  }
}

function showText(event: EndpointEvent, dropped: number): void {
  switch (event.type) {
    case 'response':
      return note(`${event.status}, ${event.count} resources`)
    case 'resource': {
      const end = event.endMs === undefined ? 'still recording         ' : iso(event.endMs)
      return print(
        `${String(event.sequence).padStart(8)}  ${iso(event.startMs)}  ${end}  channel ${String(event.channel).padEnd(4)} ${event.key}`,
      )
    }
    case 'roundEnded':
      return note(`round ${event.round}: ${event.received} of ${event.count}`)
    case 'end':
      return note(summaryOf(event, dropped))
  }
}

function summaryOf({ verdict, received, count, rounds, duplicates }: EndEvent, dropped: number): string {
  return `${verdict}: ${received} of ${count ?? 'an unknown number of'} resources in ${rounds} rounds, ${duplicates} duplicates, ${dropped} packets lost on purpose`
}

function exitStatusOf(verdict: EndpointVerdict): ExitStatus {
  switch (verdict) {
    case 'complete':
      return ExitStatus.good
    case 'no-response':
    case 'aborted':
      return ExitStatus.couldNotTest
    case 'abandoned':
    case 'refused':
    case 'contradiction':
      return ExitStatus.failed
  }
}

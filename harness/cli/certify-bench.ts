import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { UsageError } from 'viewnet/device'
import { leasedOutlet, type BenchDevice } from '../bench/index.js'
import {
  certify,
  describeLeftOutlet,
  newRunId,
  secureLeftOutlets,
  type BlackBoxOptions,
  type CertificationEvent,
  type DeviceUnderTest,
} from '../certification/index.js'
import { devicesVerdict } from '../nightly/night-verdict.js'
import { isBlackBox, shellLine, type RunRecord, type SigningKey } from '../report/index.js'
import { fileBench, simulatedBench, type Bench } from './bench.js'
import { note, print, printJson, verdictStatus, type ExitStatus } from './output.js'
import { progressOn } from './progress.js'
import { readBench } from './read-bench.js'
import { runSummary } from './run-summary.js'
import { signingKeyForRun } from './signing.js'
import { underLease } from './under-lease.js'
import { packageVersion } from './version.js'

/** What `viewnet certify` is told. */
export interface CertifyFlags {
  readonly bench?: string
  readonly device?: readonly string[]
  readonly converter?: string
  readonly converterNumber?: string
  readonly local?: string
  readonly broker?: string
  readonly site?: string
  readonly station?: string
  readonly run?: string
  readonly report?: string
  readonly recordings: number
  readonly seed?: number
  readonly signKey?: string
  readonly list?: boolean
  readonly json?: boolean
}

/** Certify every device of the bench that the flags name, one after the other. */
export async function certifyBench(flags: CertifyFlags, signal: AbortSignal): Promise<ExitStatus> {
  const { seed, bench } = await benchOf(flags)
  if (flags.run !== undefined && bench.devices.length > 1) {
    const message = `option '--run <id>': expected a bench with one device, got ${bench.devices.length}: each is a run of its own`
    throw new UsageError('ERR_VIEWNET_OPTION', message)
  }
  const blackBox = blackBoxOf(flags, bench)
  const signingKey = await signingKeyForRun(flags.signKey)
  const records: RunRecord[] = []
  for (const open of bench.devices) {
    const device = await open()
    try {
      const record = await withLeases(device, bench.described, signal, (held, until) =>
        certifyDevice(held, { flags, bench, blackBox, seed, signal: until, signingKey }),
      )
      records.push(record)
      if (flags.json === true) printJson(contractOf(record))
      else print(runSummary(record))
    } finally {
      await device.close()
    }
  }
  return verdictStatus(devicesVerdict(records))
}

/** Hold what a device needs for as long as it is certified; a run that loses it is stopped. */
async function withLeases<T>(
  device: DeviceUnderTest,
  described: readonly BenchDevice[],
  signal: AbortSignal,
  work: (device: DeviceUnderTest, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // What exists only in this process nobody else can want.
  if (device.resources.length === 0) return work(device, signal)
  return underLease(device.resources, { holder: `certify ${device.number}`, signal }, async (lease) => {
    await secureLeftOutlets(lease, described, {
      signal,
      onLeft: (left) => note(`viewnet: ${describeLeftOutlet(left)}`),
    })
    const power = device.power && leasedOutlet(device.power, lease)
    return work({ ...device, power }, AbortSignal.any([signal, lease.lost]))
  })
}

/** The bench that the flags name, and the seed: of the flags, of the bench's plan, or a fresh one. */
async function benchOf({
  bench: path,
  device,
  recordings,
  seed,
}: CertifyFlags): Promise<{ seed: number; bench: Bench }> {
  if (path === undefined) {
    if (device !== undefined) {
      const message = `option '--device <number>': expected a bench file beside it (--bench), got none`
      throw new UsageError('ERR_VIEWNET_OPTION', message)
    }
    const chosen = seed ?? randomInt(0, 0xffffffff)
    return { seed: chosen, bench: simulatedBench(chosen, recordings) }
  }
  const description = await readBench(path)
  const chosen = seed ?? description.plan?.seed ?? randomInt(0, 0xffffffff)
  return { seed: chosen, bench: fileBench(description, path, chosen, device) }
}

async function certifyDevice(
  device: DeviceUnderTest,
  {
    flags,
    bench,
    blackBox,
    seed,
    signal,
    signingKey,
  }: {
    flags: CertifyFlags
    bench: Bench
    blackBox: BlackBoxOptions | undefined
    seed: number
    signal: AbortSignal
    signingKey: SigningKey | undefined
  },
): Promise<RunRecord> {
  const run = flags.run ?? newRunId(new Date())
  const progress = progressOn(process.stderr)
  try {
    return await certify({
      run,
      device,
      seed,
      ...(blackBox && { blackBox }),
      site: flags.site ?? bench.site,
      station: flags.station ?? bench.station,
      broker: flags.broker ?? bench.broker,
      report: reportFolder(flags, bench, run, device),
      reproduce: reproduceLine(flags, bench, device.number, seed),
      versions: { viewnet: packageVersion, node: process.versions.node },
      signal,
      cases: bench.cases,
      signingKey,
      onEvent: (event) => {
        progress.show(event)
        tellStarter(event)
      },
    })
  } finally {
    progress.end()
  }
}

let caseCount = 0

/** A night shows how far its attempts are. */
function tellStarter(event: CertificationEvent): void {
  if (!process.connected) return
  if (event.type === 'runStarted') caseCount = event.caseCount
  else if (event.type === 'caseEnded') process.send?.({ casesDone: event.index + 1, cases: caseCount })
}

/**
 * The converter at an address, where there is one to certify: the bench file's, as the flags change it.
 *
 * @throws UsageError `ERR_VIEWNET_OPTION` when the flags do not go together
 */
function blackBoxOf(flags: CertifyFlags, { blackBox, described }: Bench): BlackBoxOptions | undefined {
  const { bench, converter, converterNumber, local } = flags
  if (converter !== undefined && bench === undefined) {
    const message = `option '--converter <udp://HOST:PORT>': expected --bench FILE beside it, which names the devices that the converter knows`
    throw new UsageError('ERR_VIEWNET_OPTION', message)
  }
  const address = converter ?? blackBox?.address
  if (address === undefined) {
    const stray = converterNumber !== undefined ? '--converter-number <N>' : '--local <udp://HOST:PORT>'
    if (converterNumber === undefined && local === undefined) return undefined
    const message = `option '${stray}': expected a converter to test, by --converter or as 'converter: udp://…' in the bench file`
    throw new UsageError('ERR_VIEWNET_OPTION', message)
  }
  return {
    ...blackBox,
    address,
    otherDevices: described.map(({ number }) => number),
    ...(converterNumber !== undefined && { number: converterNumber }),
    ...(local !== undefined && { endpoint: local }),
  }
}

function reportFolder({ report }: CertifyFlags, { devices }: Bench, run: string, { number }: DeviceUnderTest): string {
  if (report === undefined) return join('report', run)
  return devices.length === 1 ? report : join(report, number)
}

/** The one line that does the run again; a broker's credentials stay out of it. */
function reproduceLine(flags: CertifyFlags, { devices }: Bench, device: string, seed: number): string {
  const { bench: path, device: chosen, broker, converter, converterNumber, local, recordings } = flags
  const url = broker === undefined ? undefined : new URL(broker)
  const given = {
    '--seed': String(seed),
    '--recordings': path === undefined ? String(recordings) : undefined,
    '--bench': path,
    '--device': path === undefined || (devices.length === 1 && chosen === undefined) ? undefined : device,
    '--converter': converter,
    '--converter-number': converterNumber,
    '--local': local,
    '--broker': url && `${url.protocol}//${url.host}`,
  }
  const named = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name, value]))
  return shellLine(['npx', 'viewnet', 'certify', ...named])
}

/** What other programs read of a run; the report holds all of it. Of a black box it also says what could not be judged. */
function contractOf(record: RunRecord): object {
  const { run, verdict, seed, device, converter, sides, notJudged, counts, cases, evidence, report } = record
  return {
    run,
    verdict,
    seed,
    device,
    converter,
    counts,
    cases: cases.map(({ id, title, outcome, measurements, why }) => ({ id, title, outcome, measurements, why })),
    evidence,
    report,
    ...(isBlackBox(record) && { sides, notJudged }),
  }
}

import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { benchDevice, certify, newRunId, simulatedDevice, type DeviceUnderTest } from '../certification/index.js'
import { devicesWithLiteralPassword, readBenchFile } from '../bench/index.js'
import type { RunRecord } from '../report/index.js'
import { brokerAddress, integer, topicLevel } from './option-parsers.js'
import { ExitStatus, note, print, printJson } from './output.js'
import { progressOn } from './progress.js'
import { runSummary } from './run-summary.js'
import { stopSignal } from './until-stopped.js'
import { packageVersion } from './version.js'

interface CertifyFlags {
  readonly bench?: string
  readonly broker?: string
  readonly site?: string
  readonly station?: string
  readonly report?: string
  readonly recordings: number
  readonly seed?: number
  readonly json?: boolean
}

/** What to certify, and where: from a bench file, or the simulated bench. */
interface Bench {
  readonly site: string
  readonly station: string
  readonly broker: string | undefined
  /** Started one after the other, each when its turn comes. */
  readonly devices: readonly (() => Promise<DeviceUnderTest>)[]
}

/** `viewnet certify`: the main job. */
export function certifyCommand(): Command {
  return new Command('certify')
    .description('certify a device through the converter: list it, convert it, lose packets, recover, prove it, report')
    .option('--bench <file>', 'YAML: the devices of a bench; default: a simulated recorder')
    .option('--broker <url>', 'MQTT broker to publish the evidence to; default: an embedded one', brokerAddress)
    .option('--site <name>', 'first level of the MQTT topics', topicLevel)
    .option('--station <name>', 'second level of the MQTT topics', topicLevel)
    .option('--report <dir>', 'folder for run.json, run.tap, junit.xml and packets.ndjson; default: report/RUN')
    .addOption(
      new Option('--recordings <N>', 'recording resources of the simulated recorder')
        .argParser(integer(0, 1_000_000))
        .default(240),
    )
    .option('--seed <N>', 'everything random follows from it; default: a fresh one', integer(0, 0xffffffff))
    .option('--json', 'one JSON object a device on stdout')
    .action(async (flags: CertifyFlags) => {
      const { signal, release } = stopSignal()
      try {
        process.exitCode = await certifyBench(flags, signal)
      } finally {
        release()
      }
    })
}

async function certifyBench(flags: CertifyFlags, signal: AbortSignal): Promise<ExitStatus> {
  const seed = flags.seed ?? randomInt(0, 0xffffffff)
  const bench = flags.bench === undefined ? simulatedBench(seed, flags.recordings) : await fileBench(flags.bench)
  const records: RunRecord[] = []
  for (const open of bench.devices) {
    const device = await open()
    try {
      const record = await certifyDevice(device, { flags, bench, seed, signal })
      records.push(record)
      if (flags.json === true) printJson(contractOf(record))
      else print(runSummary(record))
    } finally {
      await device.close()
    }
  }
  const verdicts = records.map(({ verdict }) => verdict)
  return verdicts.includes('fail')
    ? ExitStatus.failed
    : verdicts.every((verdict) => verdict === 'pass')
      ? ExitStatus.good
      : ExitStatus.couldNotTest
}

function simulatedBench(seed: number, recordings: number): Bench {
  return { site: 'lab', station: 'bench', broker: undefined, devices: [() => simulatedDevice(seed, recordings)] }
}

async function fileBench(path: string): Promise<Bench> {
  const { site, station, broker, devices } = await readBenchFile(path)
  for (const number of devicesWithLiteralPassword(devices)) {
    note(
      `viewnet: warning: ${path} holds the password of ${number} for everybody to read; prefer password: { env: NAME }`,
    )
  }
  return { site, station, broker, devices: devices.map((device) => () => Promise.resolve(benchDevice(device))) }
}

async function certifyDevice(
  device: DeviceUnderTest,
  { flags, bench, seed, signal }: { flags: CertifyFlags; bench: Bench; seed: number; signal: AbortSignal },
): Promise<RunRecord> {
  const run = newRunId(new Date())
  const base = flags.report ?? join('report', run)
  const progress = progressOn(process.stderr)
  try {
    return await certify({
      run,
      device,
      seed,
      site: flags.site ?? bench.site,
      station: flags.station ?? bench.station,
      broker: flags.broker ?? bench.broker,
      report: bench.devices.length === 1 ? base : join(base, device.number),
      reproduce: reproduceLine(flags, seed),
      versions: { viewnet: packageVersion, node: process.versions.node },
      signal,
      onEvent: (event) => progress.show(event),
    })
  } finally {
    progress.end()
  }
}

/** The one line that does the run again; a broker's credentials stay out of it. */
function reproduceLine({ bench, broker, recordings }: CertifyFlags, seed: number): string {
  const source = bench === undefined ? `--recordings ${recordings}` : `--bench ${bench}`
  const url = broker === undefined ? undefined : new URL(broker)
  return `npx viewnet certify --seed ${seed} ${source}${url ? ` --broker ${url.protocol}//${url.host}` : ''}`
}

/** What other programs read of a run; the report holds all of it. */
function contractOf({ run, verdict, seed, device, converter, counts, cases, evidence, report }: RunRecord): object {
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
  }
}

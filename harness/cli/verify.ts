import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { UsageError } from 'viewnet/device'
import { readNdjson, RunReader, type FlowTotals } from '../evidence/index.js'
import { Verifier, type Finding, type Verdict } from '../verifier/index.js'
import { brokerAddress } from './option-parsers.js'
import { ExitStatus, note, print, printJson } from './output.js'
import { stopSignal } from './until-stopped.js'

interface VerifyFlags {
  readonly broker?: string
  readonly run?: string
  readonly timeout: number
  readonly json?: boolean
}

const NOTES = `
A file is judged with the run.json beside it, which says how much evidence there must be. Of a run on a broker, what was published before
this command began is gone; begin before the run does.`

/** `viewnet verify`: the verdict again, from the evidence alone. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description('derive the verdict of a run again, from its evidence alone')
    .argument('[file]', 'packets.ndjson of a run')
    .option('--broker <url>', 'follow a run on this MQTT broker', brokerAddress)
    .option('--run <id>', 'which run on the broker')
    .option('--timeout <seconds>', 'give up when the broker brings nothing for so long', seconds, 60)
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', NOTES)
    .action(async (file: string | undefined, flags: VerifyFlags) => {
      const { signal, release } = stopSignal()
      try {
        const verdict = await judge(file, flags, signal)
        if (flags.json === true) printJson(verdict)
        else print(verdictText(verdict))
        process.exitCode = {
          pass: ExitStatus.good,
          fail: ExitStatus.failed,
          'could-not-test': ExitStatus.couldNotTest,
        }[verdict.verdict]
      } finally {
        release()
      }
    })
}

function seconds(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 86_400)) throw new InvalidArgumentError(`Expected 1–86400 seconds, got '${text}'.`)
  return value
}

async function judge(file: string | undefined, flags: VerifyFlags, signal: AbortSignal): Promise<Verdict> {
  if (file !== undefined && flags.broker === undefined) return judgeFile(file, signal)
  if (file === undefined && flags.broker !== undefined && flags.run !== undefined)
    return judgeRun(flags.broker, flags.run, flags.timeout, signal)
  throw new UsageError('ERR_VIEWNET_OPTION', 'verify: expected either FILE.ndjson, or --broker URL and --run ID')
}

async function judgeFile(file: string, signal: AbortSignal): Promise<Verdict> {
  const verifier = new Verifier()
  for await (const batch of readNdjson(file, { signal })) verifier.add(batch)
  return verifier.finish(await flowTotalsBeside(file))
}

async function judgeRun(broker: string, run: string, timeoutSeconds: number, signal: AbortSignal): Promise<Verdict> {
  const verifier = new Verifier()
  let totals: Readonly<Record<string, FlowTotals>> | undefined
  for await (const entry of await RunReader.subscribe({
    broker,
    run,
    signal,
    idleTimeoutMs: Math.round(timeoutSeconds * 1000),
  })) {
    if (entry.type === 'packets') verifier.add(entry.batch)
    else if (entry.state.ended) totals = entry.state.flows
  }
  return verifier.finish(totals)
}

const count = z.int().min(0)
const runFile = z.looseObject({ flows: z.record(z.string(), z.strictObject({ batches: count, records: count })) })

/** How much evidence the run says it published; undefined where no run.json lies beside the file, and the verdict then rests on what is there. */
async function flowTotalsBeside(file: string): Promise<Readonly<Record<string, FlowTotals>> | undefined> {
  const path = join(dirname(file), 'run.json')
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    note(`viewnet: no ${path}: whether evidence is missing at the end can only be told from exchanges that do not end`)
    return undefined
  }
  try {
    return runFile.parse(JSON.parse(text)).flows
  } catch (cause) {
    throw new UsageError(
      'ERR_VIEWNET_RUN_FILE',
      `${path}: expected the record of a run with its flows, got something else`,
      { cause },
    )
  }
}

function verdictText({ verdict, findings, findingCount, exchanges, evidence, notJudged }: Verdict): string {
  const sum = (figure: (exchange: (typeof exchanges)[number]) => number): number =>
    exchanges.reduce((total, each) => total + figure(each), 0)
  const announced = sum((exchange) => exchange.announced ?? 0)
  const received = sum((exchange) => exchange.received)
  const lines = [
    `${verdict.toUpperCase()}: ${exchanges.length} exchanges, ${received} of ${announced} announced resources received, from ${evidence.records} records in ${evidence.batches} batches`,
    ...findings.map(findingText),
    ...(findingCount > findings.length ? [`… and ${findingCount - findings.length} findings more`] : []),
    ...(notJudged.length > 0 ? [`not judged: ${notJudged.join(', ')}`] : []),
  ]
  return lines.join('\n')
}

function findingText({ rule, sentence, clause, flow, exchange, expected, got, records }: Finding): string {
  const where = exchange === null ? flow : `${flow}, exchange ${exchange}`
  const seen = records.map(({ batch, index, t, at, message, sequence }) => {
    const what = sequence === null ? (message ?? 'a packet') : `${message} ${sequence}`
    return `    batch ${batch}[${index}] at ${t} µs, ${at}: ${what}`
  })
  return [`  ${rule} (${where}): ${sentence} [${clause}]`, `    expected ${expected}, got ${got}`, ...seen].join('\n')
}

import { readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { UsageError, ViewnetError } from 'viewnet/device'
import { BenchError } from '../bench/errors.js'
import { describePacket } from '../endpoint/index.js'
import { BOTH_SIDES, readEvidenceFile, RunReader, Side, topicLevel, type FlowTotals } from '../evidence/index.js'
import { Verifier, type Finding, type Verdict } from '../verifier/index.js'
import { notJudgedLines } from './not-judged-lines.js'
import { note } from './output.js'

/** Where evidence is, where it is no file. */
export interface EvidenceSource {
  readonly broker?: string
  readonly run?: string
  /** Give up when the broker brings nothing for so long, s. */
  readonly timeout: number
}

const UNKNOWN_TOTALS =
  'viewnet: no run.json beside the file: whether evidence is missing at the end can only be told from exchanges that do not end'

/** A verdict, and why it is not `pass`; empty otherwise. */
export type Judged = Verdict & { readonly why: string }

/**
 * Judge a file, a run on a broker while it is published, or a file by what the broker has retained of its run.
 *
 * @throws UsageError `ERR_VIEWNET_OPTION` when it is not said which, `ERR_VIEWNET_EVIDENCE_NAME` when the file is not there
 */
export async function judgeEvidence(
  file: string | undefined,
  flags: EvidenceSource,
  signal: AbortSignal,
): Promise<Judged> {
  const { broker, run } = flags
  if (file !== undefined && broker === undefined && run === undefined)
    return judgeFile(file, () => runFileBeside(file), signal)
  if (file !== undefined && broker !== undefined && run !== undefined) {
    const name = topicLevel('run', run)
    return judgeFile(file, () => retainedState(broker, name, flags.timeout, signal), signal)
  }
  if (file === undefined && broker !== undefined && run !== undefined)
    return judgeRun(broker, topicLevel('run', run), flags.timeout, signal)
  throw new UsageError(
    'ERR_VIEWNET_OPTION',
    'verify: expected FILE.ndjson or FILE.pcapng, or --broker URL and --run ID, or both, or --certificate run.jws and --key FILE',
  )
}

/** What a reader finds out: batches, and whose packets the run says it taps. */
type Found = Pick<Verifier, 'add' | 'tapped'>

/** @param whatIsSaid - what is known of the run besides; undefined: nothing */
async function judgeFile(
  file: string,
  whatIsSaid: () => Promise<SaidOfRun | undefined>,
  signal: AbortSignal,
): Promise<Judged> {
  await expectFile(file)
  return judgeAll(async (found) => {
    const said = await whatIsSaid()
    if (said) found.tapped(said.sides)
    let totals = said?.flows
    const options = { describe: describePacket, signal, ...(said && { run: said.run, totalsKnown: true }) }
    for await (const entry of readEvidenceFile(file, options)) {
      if (entry.type === 'packets') found.add(entry.batch)
      else if (entry.type === 'totals') totals ??= entry.flows
      else expectSides(file, entry.sides, said, found)
    }
    // Only of what could be read to its end: a damaged file has worse to say.
    if (totals === undefined) note(UNKNOWN_TOTALS)
    return totals
  })
}

async function judgeRun(broker: string, run: string, timeoutSeconds: number, signal: AbortSignal): Promise<Judged> {
  const idleTimeoutMs = Math.round(timeoutSeconds * 1000)
  return judgeAll(async (found) => {
    let totals: FlowTotalsByName | undefined
    for await (const entry of await RunReader.subscribe({ broker, run, signal, idleTimeoutMs })) {
      if (entry.type === 'packets') {
        found.add(entry.batch)
        continue
      }
      found.tapped(entry.state.sides ?? BOTH_SIDES)
      if (entry.state.ended) totals = entry.state.flows
    }
    return totals
  })
}

/**
 * What the broker has retained of a run that has ended.
 *
 * @throws BenchError `ERR_VIEWNET_RUN_FILE` when it goes on; `ERR_VIEWNET_BROKER` when nothing is retained
 */
async function retainedState(
  broker: string,
  run: string,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<SaidOfRun> {
  const idleTimeoutMs = Math.round(timeoutSeconds * 1000)
  for await (const entry of await RunReader.subscribe({ broker, run, signal, idleTimeoutMs })) {
    if (entry.type !== 'state') continue
    const { ended, sides = BOTH_SIDES, flows = {} } = entry.state
    if (ended) return { run, sides, flows, where: 'the state on the broker' }
    throw new BenchError(
      'ERR_VIEWNET_RUN_FILE',
      `run '${run}': expected its last state on the broker, got one of a run that goes on`,
    )
  }
  throw new BenchError('ERR_VIEWNET_RUN_FILE', `run '${run}': expected its last state on the broker, got none`)
}

/**
 * A capture and what is said of its run name the same sides, or one of them is of another run.
 *
 * @throws BenchError `ERR_VIEWNET_RUN_FILE`
 */
function expectSides(file: string, sides: readonly Side[], said: SaidOfRun | undefined, found: Found): void {
  if (said && said.sides.join() !== sides.join()) {
    const message = `${file}: expected packets seen at ${said.sides.join(' and ')}, as ${said.where} says, got those of ${sides.join(' and ')}`
    throw new BenchError('ERR_VIEWNET_RUN_FILE', message)
  }
  found.tapped(sides)
}

/** What is said of a run outside of its packets. */
interface SaidOfRun {
  readonly run: string
  readonly sides: readonly Side[]
  readonly flows: FlowTotalsByName
  /** Where it is said, for people. */
  readonly where: string
}

type FlowTotalsByName = Readonly<Record<string, FlowTotals>>

/**
 * Judge what a reader brings.
 *
 * @param read - hands over whose packets they are, and every batch; returns how much evidence the run says there is, where that is known
 */
async function judgeAll(read: (found: Found) => Promise<FlowTotalsByName | undefined>): Promise<Judged> {
  const verifier = new Verifier()
  try {
    const verdict = verifier.finish(await read(verifier))
    return { ...verdict, why: reasonOf(verdict) }
  } catch (failure) {
    if (!(failure instanceof ViewnetError) || failure instanceof UsageError) throw failure
    // What could not be read might have explained everything: nothing is concluded, neither good nor bad.
    return { ...verifier.finish(), verdict: 'could-not-test', why: failure.message }
  }
}

function reasonOf({ verdict, findings }: Verdict): string {
  if (verdict === 'pass') return ''
  const finding = findings.find(({ blame }) => blame === verdict) ?? findings[0]
  return finding ? `${finding.rule}: expected ${finding.expected}, got ${finding.got}` : 'the evidence shows nothing'
}

/** @throws UsageError `ERR_VIEWNET_EVIDENCE_NAME`: evidence that was never there is a wrong name, not damaged evidence */
async function expectFile(path: string): Promise<void> {
  let got: string
  try {
    const found = await stat(path)
    // A pipe or a device brings evidence just as well.
    if (!found.isDirectory()) return
    got = `the folder '${path}'`
  } catch (cause) {
    got = cause instanceof Error ? cause.message : String(cause)
  }
  throw new UsageError(
    'ERR_VIEWNET_EVIDENCE_NAME',
    `verify: expected the packets.pcapng or packets.ndjson of a run, got ${got}`,
  )
}

const count = z.int().min(0)
const runFile = z.looseObject({
  run: z.string(),
  flows: z.record(z.string(), z.strictObject({ batches: count, records: count })),
  sides: z.array(z.enum(Side)).min(1).optional(),
})

/**
 * What the run says of its evidence; undefined where no run.json lies beside the file.
 *
 * @throws BenchError `ERR_VIEWNET_RUN_FILE` when it is damaged, or is there and cannot be read
 */
async function runFileBeside(file: string): Promise<SaidOfRun | undefined> {
  const path = join(dirname(file), 'run.json')
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    // One that is there and cannot be read might tell of evidence that is missing.
    throw new BenchError('ERR_VIEWNET_RUN_FILE', `${path}: expected to read it, got ${reason}`, { cause })
  }
  try {
    const { run, flows, sides = BOTH_SIDES } = runFile.parse(JSON.parse(text))
    return { run, flows, sides, where: 'run.json' }
  } catch (cause) {
    const message = `${path}: expected the record of a run with its flows, got something else`
    throw new BenchError('ERR_VIEWNET_RUN_FILE', message, { cause })
  }
}

/** What a lab engineer reads of a verdict. */
export function verdictText(judged: Judged): string {
  const { verdict, why, findings, findingCount, exchanges, evidence, notJudged } = judged
  const sum = (figure: (exchange: (typeof exchanges)[number]) => number): number =>
    exchanges.reduce((total, each) => total + figure(each), 0)
  const announced = sum((exchange) => exchange.announced ?? 0)
  const received = sum((exchange) => exchange.received)
  const lines = [
    `${verdict.toUpperCase()}: ${exchanges.length} exchanges, ${received} of ${announced} announced resources received, from ${evidence.records} records in ${evidence.batches} batches`,
    // What the findings say in full needs no summary.
    ...(why === reasonOf(judged) && findings.length > 0 ? [] : [why]),
    ...findings.map(findingText),
    ...(findingCount > findings.length ? [`… and ${findingCount - findings.length} findings more`] : []),
    ...notJudgedLines(notJudged),
  ]
  return lines.filter((line) => line !== '').join('\n')
}

function findingText({ rule, sentence, clause, flow, exchange, expected, got, records }: Finding): string {
  const where = exchange === null ? flow : `${flow}, exchange ${exchange}`
  const seen = records.map(({ batch, index, t, at, message, sequence, bytes }) => {
    const what = sequence === null ? (message ?? 'a packet') : `${message} ${sequence}`
    return `    batch ${batch}[${index}] at ${t} µs, ${at}: ${what}${bytes === undefined ? '' : `\n      ${octetsText(bytes)}`}`
  })
  return [`  ${rule} (${where}): ${sentence} [${clause}]`, `    expected ${expected}, got ${got}`, ...seen].join('\n')
}

/** As many as a protocol packet has; the JSON holds more. */
const SHOWN_OCTETS = 90

function octetsText(bytes: string): string {
  const octets = Buffer.from(bytes, 'base64')
  const shown = octets.toString('hex', 0, SHOWN_OCTETS)
  return octets.length > SHOWN_OCTETS ? `${shown}…` : shown
}

import { decodeBatch } from '../evidence/index.js'
import { Verifier } from '../verifier/index.js'
import { recordCount, SeenExchange } from './evidence-material.js'
import type { Measurement } from './figure.js'

/** Resources of the exchange that is judged: some 400 batches. */
const RESOURCES = 50_000
const ROUNDS = 9
/** So many until everything is compiled, which the processor's time would hold, too. */
const WARM_UPS = 5

/**
 * The verifier, from the text of batches to the verdict, beside JSON.parse alone over the same texts. Both do nothing but compute, so the time that the
 * processor spent on them is what counts: what else the machine does meanwhile is not in it.
 */
export function verifierMeasurements(): readonly Measurement[] {
  return [measurement('records', false), measurement('records with their packets', true)]
}

function measurement(what: string, bytes: boolean): Measurement {
  let made: Promise<readonly string[]> | undefined
  const batches = (): Promise<readonly string[]> => (made ??= new SeenExchange(RESOURCES).batches(bytes))
  return {
    name: `verify ${what}, beside JSON.parse alone, by processor time`,
    unit: 'records/s',
    goal: { is: 'at least', ratio: 0.6 },
    rounds: ROUNDS,
    warmUps: WARM_UPS,
    ours: async () => verifyingRate(await batches()),
    baseline: async () => parsingRate(await batches()),
  }
}

function verifyingRate(batches: readonly string[]): number {
  const started = process.cpuUsage()
  const verifier = new Verifier()
  for (const [index, text] of batches.entries()) verifier.add(decodeBatch(text, `batch ${index}`))
  const { verdict, evidence } = verifier.finish()
  const passedMs = processorMs(started)
  if (verdict !== 'pass' || evidence.records !== recordCount(RESOURCES)) {
    throw new Error(`expected ${recordCount(RESOURCES)} records to pass, got ${verdict} of ${evidence.records}`)
  }
  return evidence.records / (passedMs / 1000)
}

function parsingRate(batches: readonly string[]): number {
  const started = process.cpuUsage()
  let keys = 0
  // What is made is used, so that nothing is optimised away.
  for (const text of batches) keys += Object.keys(JSON.parse(text) as object).length
  const passedMs = processorMs(started)
  if (keys === 0) throw new Error('expected batches, got none')
  return recordCount(RESOURCES) / (passedMs / 1000)
}

function processorMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1000
}

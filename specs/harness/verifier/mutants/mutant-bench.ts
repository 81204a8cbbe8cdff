import { describePacket } from '../../../../harness/endpoint/index.js'
import {
  BOTH_SIDES,
  decodeBatch,
  encodeBatch,
  EvidenceRecorder,
  type EvidenceSink,
  type PacketBatch,
  type Side,
} from '../../../../harness/evidence/index.js'
import { impairedLink } from '../../../../harness/impairment/index.js'
import type { Verdict } from '../../../../harness/verifier/index.js'
import { judgeBothWays } from '../both-ways.js'
import type { Mutation } from './mutation.js'
import { requestOf, SCENARIOS, SEED, STRANGERS_EXCHANGE, type Scenario, type ScenarioName } from './scenario.js'
import { VirtualClock } from './virtual-clock.js'
import { VirtualConverter } from './virtual-converter.js'
import { endpointPacket, VirtualEndpoint } from './virtual-endpoint.js'
import { VirtualNetwork } from './virtual-network.js'

const CONVERTER = 'virtual:converter'
const ENDPOINT = 'virtual:endpoint'
const STRANGER = 'virtual:stranger'

/** Longer than any exchange waits for anything: 60 s of silence, twice. */
const LIMIT_MS = 200_000

/**
 * Make one exchange with one change, record it as a bench does, and judge what was recorded. Only time is not real.
 *
 * @param sides - whose packets are recorded; the endpoint's alone: the converter is a black box
 */
export async function judgeMutation(
  name: ScenarioName,
  mutation: Mutation = {},
  sides: readonly Side[] = BOTH_SIDES,
): Promise<Verdict> {
  const scenario: Scenario = SCENARIOS[name]
  const clock = new VirtualClock()
  const network = new VirtualNetwork(clock)
  const sink = new KeepingSink()
  const recorder = new EvidenceRecorder({ run: 'r1', describe: describePacket, sinks: [sink], bytes: true, clock })
  const impaired = impairedLink(network.link(ENDPOINT), {
    seed: SEED,
    ...(scenario.incoming && { incoming: scenario.incoming }),
    ...(scenario.outgoing && { outgoing: scenario.outgoing }),
    observe: (observed) => recorder.observe('f1', observed),
    schedule: (callback, delayMs) => clock.after(delayMs, callback),
  })
  const untapped = network.link(CONVERTER)
  const converterLink = sides.includes('converter') ? recorder.tapLink(untapped, 'converter', 'f1') : untapped
  const endpointLink = recorder.tapLink(impaired, 'endpoint', 'f1')
  await new VirtualConverter(clock, converterLink, ENDPOINT, scenario, mutation).start()
  await new VirtualEndpoint(clock, endpointLink, CONVERTER, scenario, mutation).start()
  if (scenario.hasStranger) {
    network.link(STRANGER).send(endpointPacket(requestOf(scenario), STRANGERS_EXCHANGE), CONVERTER)
  }
  clock.run(LIMIT_MS)
  await recorder.flush()
  const published = sink.batches.flatMap((each) => mutation.publishes?.(each) ?? [each])
  return judgeBothWays(
    published.map((batch) => decodeBatch(encodeBatch(batch), 'mutant')),
    recorder.flows(),
    sides,
  )
}

class KeepingSink implements EvidenceSink {
  readonly batches: PacketBatch[] = []

  packets(batch: PacketBatch): void {
    this.batches.push(batch)
  }

  drain(): Promise<void> {
    return Promise.resolve()
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

import { ConversionServer, type MonitoringDevice } from 'viewnet'
import { MemoryNetwork } from 'viewnet/link'
import { VideoNetworkEndpoint } from '../../../harness/endpoint/index.js'
import type { EvidenceRecorder } from '../../../harness/evidence/index.js'
import { impairedLink } from '../../../harness/impairment/index.js'

const CONVERTER = '00001-00020-00300-04000'
const DEVICE = '00001-00020-00300-00007'

/** Short: nobody waits in a specification. */
const timings = { roundIdleMs: 100, completeIntervalMs: 2, reportIntervalMs: 30 }

/** A device that holds so many recordings of a minute each. */
export function deviceOf(count: number): MonitoringDevice {
  return {
    async *listRecordings() {
      yield Array.from({ length: count }, (_, at) => ({
        identity: `recording ${at}`,
        startMs: 1_700_000_000_000 + at * 60_000,
        endMs: at === count - 1 ? undefined : 1_700_000_060_000 + at * 60_000,
        channel: 1 + (at % 4),
        kinds: at % 16,
        sizeBytes: at * 2 ** 20,
      }))
    },
    describe: () => Promise.reject(new Error('nobody asks')),
  }
}

/** Make one exchange under loss, corruption and duplication, recorded at every point. */
export async function makeExchange(
  recorder: EvidenceRecorder,
  flow: string,
  { count, seed, ...wanted }: { count: number; seed: number; exchange: number; selective: boolean; window?: number },
): Promise<void> {
  const network = new MemoryNetwork()
  await using server = new ConversionServer({
    number: CONVERTER,
    link: recorder.tapLink(network.link('converter'), 'converter', flow),
    peers: ['memory:endpoint'],
    devices: [{ number: DEVICE, device: deviceOf(count) }],
  })
  await server.start()
  const impairment = { dropRatio: 0.2, corruptRatio: 0.05, duplicateRatio: 0.05 }
  const link = impairedLink(network.link('endpoint'), {
    seed,
    incoming: impairment,
    observe: (impaired) => recorder.observe(flow, impaired),
  })
  await using endpoint = new VideoNetworkEndpoint({
    link: recorder.tapLink(link, 'endpoint', flow),
    to: 'memory:converter',
    converterNumber: CONVERTER,
    timings,
  })
  await endpoint.start()
  for await (const event of endpoint.request({ device: DEVICE, ...wanted })) if (event.type === 'end') break
}

import { PelcoHead, type FoundHead } from 'viewnet/devices/ptz'
import { SimulatedPelcoHead, SimulatedSerialBus } from 'viewnet/devices/simulated'
import type { BenchPtz } from '../bench/index.js'

/** A head in this process answers at once, or is broken on purpose. */
const SIMULATED_ANSWER_MS = 100

/** Where the simulated head of a device hangs: each has a bus of its own. */
const headPort = (number: string): string => `/dev/simulated-head-${number}`

/**
 * Find the head that a bench file attaches to a device, and open nothing.
 *
 * @throws PtzError when there is no such port
 */
export async function findHead(ptz: BenchPtz, number: string, holder: string): Promise<FoundHead> {
  if (ptz.driver === 'pelco-d') {
    const { driver: _, ...options } = ptz
    return PelcoHead.find(options, { holder })
  }
  const bus = new SimulatedSerialBus()
  const { fault } = ptz
  const head = new SimulatedPelcoHead(1, { tellsPosition: true, runsOn: fault === 'runs-on' })
  head.fault = fault === 'runs-on' ? undefined : fault
  const port = headPort(number)
  bus.plug(port, head)
  return PelcoHead.find({ port, answerTimeoutMs: SIMULATED_ANSWER_MS }, { binding: bus, holder })
}

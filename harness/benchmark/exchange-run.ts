import { randomInt } from 'node:crypto'
import { udpLink, type Acceleration, type Link } from 'viewnet/link'
import { VideoNetworkEndpoint, type EndEvent } from '../endpoint/index.js'
import { noteOverflows } from './overflows.js'
import { CONVERTER_NUMBER, deviceOf, type DeviceSize } from './peer-messages.js'

/** A window that no receive buffer is too small for, and one beyond which none grows faster. */
const WINDOW_LEAST = 64
const WINDOW_MOST = 2048

/** RESOURCE packets that were not here when the endpoint ended the first round, of all exchanges so far: they had to be sent again. */
export const late = { exchanges: 0, packets: 0 }

/** An endpoint on a socket of its own, and how many packets it takes beyond its last report. */
export interface BenchmarkEndpoint {
  readonly endpoint: VideoNetworkEndpoint
  readonly window: number
  /** Close it, having looked what its receive buffer and the converter's could not hold. */
  readonly close: () => Promise<void>
}

/**
 * Start an endpoint that asks the converter at an address.
 *
 * @param tap - put around its link
 */
export async function startEndpoint(
  to: string,
  acceleration: Acceleration,
  tap: (link: Link) => Link = (link) => link,
): Promise<BenchmarkEndpoint> {
  const link = udpLink('udp://127.0.0.1:0', { acceleration })
  const endpoint = new VideoNetworkEndpoint({ link: tap(link), to, converterNumber: CONVERTER_NUMBER })
  await endpoint.start()
  // A quarter: the rest is for other packets, and for what each packet takes besides its octets.
  const burst = link.stats?.().receiveBurstPackets ?? 0
  const close = async (): Promise<void> => {
    await noteOverflows(link.address)
    await noteOverflows(to)
    await endpoint.close()
  }
  return { endpoint, close, window: Math.min(WINDOW_MOST, Math.max(WINDOW_LEAST, Math.floor(burst / 4))) }
}

/**
 * One exchange, request to COMPLETE, every resource verified by the endpoint and counted.
 *
 * @param window - CREDIT
 * @returns ms from the REQUEST until COMPLETE is said for the first time
 * @throws Error when it does not end complete
 */
export async function exchangeMs(endpoint: VideoNetworkEndpoint, size: DeviceSize, window: number): Promise<number> {
  const events = endpoint.request({
    device: deviceOf(size),
    exchange: randomInt(1, 0xffffffff),
    window,
    ratePacketsPerSecond: 0xffffffff,
    resources: 'counted',
  })
  const startedAtMs = performance.now()
  for (;;) {
    const { value: event } = await events.next()
    if (!event) throw new Error('an exchange had no end')
    if (event.type === 'end') throw failure(event, size)
    if (event.type !== 'roundEnded') continue
    const tookMs = performance.now() - startedAtMs
    if (event.round === 0) late.packets += event.count - event.received
    if (event.received !== size) continue
    late.exchanges += 1
    // It says COMPLETE twice more, 100 ms apart, which nobody waits for.
    void events.next()
    return tookMs
  }
}

function failure({ verdict, why, received }: EndEvent, size: number): Error {
  return new Error(`an exchange of ${size} resources ended ${verdict} with ${received}: ${why}`)
}

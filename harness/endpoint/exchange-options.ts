import type { EndpointTimings } from './endpoint-timings.js'
import type { RequestMessage } from './message.js'

/** Resources that an endpoint takes in one exchange unless told otherwise: 76 MB when all of them are here. */
export const DEFAULT_MAX_RESOURCES = 2_000_000

/** What one exchange is made of. */
export interface EndpointExchangeOptions {
  readonly request: RequestMessage
  /** Default: docs/protocol.md, section 3. */
  readonly timings?: Partial<EndpointTimings>
  /** An announced count beyond it is a contradiction. Bounds the memory of the exchange, at 38 octets a resource. Default: 2,000,000. */
  readonly maxResources?: number
  /** `counted`: resources are checked, kept and counted, but not handed out as events. Default: `each`. */
  readonly resources?: ResourceHandling
}

/** Whether each resource is handed out as an event, or only counted. */
export type ResourceHandling = 'each' | 'counted'

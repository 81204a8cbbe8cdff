/**
 * The reference video-network endpoint: the requester of docs/protocol.md, with a codec of its own. It shares neither codec nor state machine
 * with the SDK, so that what it says about a converter, the SDK's or another, is a second opinion.
 *
 * @module harness/endpoint
 */
export { decodePacket } from './decode-packet.js'
export { describePacket, type DescribedPacket } from './description.js'
export { encodePacket } from './encode-packet.js'
export * from './endpoint.js'
export * from './endpoint-event.js'
export * from './endpoint-exchange.js'
export * from './exchange-options.js'
export type { EndpointRequest, VideoNetworkEndpointOptions } from './endpoint-options.js'
export * from './endpoint-timings.js'
export * from './exchange-transitions.js'
export { formatExternalNumber, parseExternalNumber } from './external-number.js'
export * from './message.js'
export * from './packet-error.js'
export type { ResourceLane } from './resource-lane.js'

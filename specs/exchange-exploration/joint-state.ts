import type { ExchangeTable } from 'viewnet/exchange'
import type { EndpointExchange } from '../../harness/endpoint/index.js'
import type { Said } from './pair.js'
import type { Travelling } from './virtual-network.js'

/**
 * Both machines and the network at one moment, as far as they show it: where the endpoint stands and up to which sequence it has delivered,
 * what is due on both sides and when, what is under way and when it arrives. Times are relative, to a millisecond.
 *
 * It counts states for the figures and prunes nothing, because what the machines keep to themselves is not in it.
 */
export function jointState(
  endpoint: EndpointExchange,
  table: ExchangeTable<{ readonly peer: string }>,
  underWay: readonly Travelling<Said>[],
  delivered: number,
  nowMs: number,
): string {
  const inMs = (atMs: number | undefined): string => (atMs === undefined ? '-' : `${Math.round(atMs - nowMs)}`)
  let state = `${endpoint.phase} ${delivered} ${inMs(endpoint.nextTimeoutMs)} ${table.openCount} ${inMs(table.nextTimeoutMs(nowMs))}`
  for (const { content, dueMs, flippedBit } of underWay) {
    const { message } = content
    state += `,${message.type} ${inMs(dueMs)}${flippedBit === undefined ? '' : '!'}`
    if ('round' in message) state += ` r${message.round}`
    if ('sequence' in message) state += ` ${message.sequence}`
    if ('status' in message) state += ` ${message.status}`
    if ('verdict' in message) state += ` ${message.verdict}`
  }
  return state
}

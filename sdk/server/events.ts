import type { CloseReason, ExchangeFacts } from '../exchange/index.js'
import type { DecodeErrorReason, ResponseStatus } from '../wire/index.js'
import type { UnexpectedReason } from '../exchange/index.js'
import type { ViewnetError } from '../errors.js'
import type { LinkStats } from '../link/index.js'

/** Why a packet was dropped, unanswered: it was unreadable, from a stranger, or not for any exchange of ours. */
export type DropReason = DecodeErrorReason | UnexpectedReason | 'stranger'

/** Which exchange an event is about. */
export interface ExchangeReference {
  readonly exchange: number
  /** Link address of the endpoint. */
  readonly peer: string
  /** External message number of the device, as people write it. */
  readonly device: string
}

/** What a {@link ConversionServer} emits; each is a fact that has happened. */
export interface ConversionServerEvents {
  /** An endpoint asked for a device's recordings: the device is being asked, or will be when others that ask it are done. */
  exchangeOpened: [ExchangeReference]
  /** A RESPONSE goes out. */
  responded: [ExchangeReference & { readonly status: ResponseStatus; readonly count: number }]
  /** All RESOURCE packets of a round went out. */
  roundEnded: [ExchangeReference & { readonly round: number; readonly sentCount: number }]
  exchangeClosed: [ExchangeReference & { readonly reason: CloseReason; readonly facts: ExchangeFacts }]
  /** A packet was dropped; never more than one event a packet. */
  packetDropped: [{ readonly reason: DropReason; readonly from: string }]
  /** A fault that nobody awaited: of a device (which the endpoint was told as a status), or of the link. Without a listener it becomes a process warning. */
  error: [ViewnetError]
}

/** Counters since the start. */
export interface ConversionServerStats {
  /** Packets that came, the dropped ones included. */
  readonly receivedPackets: number
  readonly sentPackets: number
  readonly droppedPackets: Readonly<Partial<Record<DropReason, number>>>
  readonly openExchanges: number
  /** Resources that their lists hold, as far as they are here: 36 to 40 octets each. */
  readonly openResources: number
  /** How often a device was asked for its list. */
  readonly deviceQueries: number
  /** What the link is and carried; undefined of a link of one's own that does not say. */
  readonly link: LinkStats | undefined
}

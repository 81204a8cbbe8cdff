/** Times and bounds of an exchange; every default is the protocol's (docs/protocol.md, section 3), unless said otherwise. */
export interface ExchangeLimits {
  /** A RESPONSE of status PENDING goes out when the device took longer than this. */
  readonly pendingAfterMs: number
  /** The device is given up after this and the request answered DEVICE_UNREACHABLE; under the 60 s that an endpoint waits. */
  readonly deviceTimeoutMs: number
  /** ROUND_END is repeated this often until a report comes. */
  readonly roundEndRepeatMs: number
  /** ROUND_END packets of one round, the first included. */
  readonly roundEndMost: number
  /** How long the MISSING packets that a report announced are waited for. */
  readonly missingWaitMs: number
  /** Without PROGRESS for this long, `creditStallPackets` more may go. */
  readonly creditStallMs: number
  readonly creditStallPackets: number
  /**
   * Packets that the receive buffer of a peer is taken to hold; our own choice: what Linux grants where nothing is tuned. Half of it goes at most within
   * a millisecond to a peer without CREDIT. With CREDIT, so many or the largest window are under way to one peer, of all its exchanges together.
   */
  readonly peerBurstPackets: number
  /** An exchange in which nothing was sent or heard for this long is freed as unconfirmed. */
  readonly silenceMs: number
  /** Rounds before the converter itself gives up: twice the endpoint's 32, so that only an endpoint out of its mind gets there. */
  readonly roundsMost: number
  /** RESOURCE packets per second where a request names no rate; our own choice: a tenth of what a bare UDP loop moves. */
  readonly defaultRatePacketsPerSecond: number
  /** Exchanges open at once; one more is answered BUSY. */
  readonly exchangesMost: number
  /** Closed exchanges remembered, so that a late REQUEST never asks the device again; the oldest is forgotten first. */
  readonly rememberedMost: number
  /** How long a closed exchange is remembered: longer than an endpoint repeats a REQUEST. */
  readonly rememberMs: number
}

export const DEFAULT_LIMITS: ExchangeLimits = {
  pendingAfterMs: 300,
  deviceTimeoutMs: 55_000,
  roundEndRepeatMs: 500,
  roundEndMost: 10,
  missingWaitMs: 200,
  creditStallMs: 50,
  creditStallPackets: 64,
  peerBurstPackets: 256,
  silenceMs: 60_000,
  roundsMost: 64,
  defaultRatePacketsPerSecond: 20_000,
  exchangesMost: 1_000,
  rememberedMost: 4_096,
  rememberMs: 60_000,
}

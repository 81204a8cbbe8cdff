import type { LinkKind } from './link.js'

/** Asked of the kernel for received packets that wait for us; it may grant less (on Linux, `net.core.rmem_max` at most). */
export const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024

/**
 * What one small packet takes of the receive buffer: Linux counts the whole memory of a packet, its bookkeeping included. 832 octets were measured
 * for 86 (docs/decisions/0051-accelerated-links.md); elsewhere it is taken for a cautious guess.
 */
export const SMALL_PACKET_BUFFER_BYTES = 832

/** What a link counts; it goes on when the link is closed and started again. */
export interface Counters {
  sentPackets: number
  sendCalls: number
  lostPackets: number
  receivedPackets: number
  receiveCalls: number
}

/** What a {@link Carrier} is, for the stats of its link. */
export interface CarrierDescription {
  readonly kind: LinkKind
  readonly isAccelerated: boolean
  readonly whyNotAccelerated?: string
  readonly receiveBufferBytes: number
  readonly queuedPackets: number
}

/** An open socket: what a link sends by while it is started. It keeps the link's promises of `send` and `sendRun`. */
export interface Carrier {
  /** With the port, or the station, that was taken. */
  readonly address: string
  /**
   * @param packets - how many there are in `octets`, 1–64
   * @param packetBytes - of each
   */
  send(octets: Uint8Array, packets: number, packetBytes: number, to: string): void
  describe(): CarrierDescription
  close(): Promise<void>
}

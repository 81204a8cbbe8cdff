import { ViewnetError } from '../errors.js'

/** The socket, interface or address beneath a link cannot be used. */
export class LinkError extends ViewnetError {}

/** What a link calls when something arrives. */
export interface LinkReceiver {
  /**
   * One packet came. `packet` is only borrowed: copy what outlives the call.
   *
   * @param from - the sender's link address, in the form that {@link Link.send} takes; one and the same string for one peer, so that it can be
   *   compared and looked up without being built anew
   */
  packet(packet: Uint8Array, from: string): void
  /** The link failed after it was started; it may go on. */
  error?(error: LinkError): void
}

/** The kinds of link there are; a link of one's own may call itself `other`. */
export const LinkKind = {
  udp: 'udp',
  udpAccelerated: 'udp-accelerated',
  ethernet: 'ethernet',
  memory: 'memory',
  other: 'other',
} as const
export type LinkKind = (typeof LinkKind)[keyof typeof LinkKind]

/** What a link is, and what it has carried since it was made: a copy, never changed afterwards. */
export interface LinkStats {
  readonly kind: LinkKind
  /** Whether many packets travel by one system call. */
  readonly isAccelerated: boolean
  /** Why it is not accelerated, for people: `koffi is not installed`. Undefined where it is, or where nothing could be. */
  readonly whyNotAccelerated?: string
  /** Octets that the kernel really granted for received packets that wait for us; undefined before the start, and where there is no kernel. */
  readonly receiveBufferBytes?: number
  /** Packets of 86 octets that fit in it at once: a longer burst is lost while this process does something else. */
  readonly receiveBurstPackets?: number
  /** Packets handed to the network, lost ones not included. */
  readonly sentPackets: number
  /** Calls that it took: system calls where the link counts them. */
  readonly sendCalls: number
  /** Packets that wait for the network to take them, at this moment: a sender that sees it grow is too fast. */
  readonly queuedPackets: number
  /** Packets that could not be sent: to nobody, too long, malformed runs, or more than the queue holds. */
  readonly lostPackets: number
  readonly receivedPackets: number
  readonly receiveCalls: number
}

/** Most packets of one {@link Link.sendRun}: as many as the kernel takes in one segmented send. */
export const RUN_PACKETS_MOST = 64

/**
 * Carries whole packets between link addresses, unreliably: it may lose, repeat or reorder them, but never cuts or joins them.
 *
 * Addresses are URLs: `udp://127.0.0.1:28200`, `udp://[::1]:28200`, `memory:NAME`.
 */
export interface Link {
  /** Our own link address; valid after {@link Link.start}. */
  readonly address: string
  /**
   * Begin to receive.
   *
   * @throws {@link LinkError} `ERR_VIEWNET_LINK_START` when the socket or interface cannot be opened
   */
  start(receiver: LinkReceiver): Promise<void>
  /**
   * Send one packet. Never throws and never waits: a packet that cannot be sent is lost, as on any network. The octets are copied, or sent,
   * before the call returns.
   */
  send(packet: Uint8Array, to: string): void
  /**
   * Send a run: packets of one length, one behind the other, to one address, in this order. It promises what {@link Link.send} does. A link without
   * it takes packets one by one, which whoever sends then does instead.
   *
   * @param octets - 1–64 whole packets ({@link RUN_PACKETS_MOST}); a run of more, or one that ends within a packet, is lost whole
   * @param packetBytes - length of each packet, at least 1
   */
  sendRun?(octets: Uint8Array, packetBytes: number, to: string): void
  /** Which kind of link this is, and what it carried. */
  stats?(): LinkStats
  /** Stop; closing twice is fine. */
  close(): Promise<void>
}

/** How many packets a run holds; 0 when it is none: empty, too many, or cut within a packet. */
export function runPackets(octets: Uint8Array, packetBytes: number): number {
  const packets = octets.length / packetBytes
  return packetBytes >= 1 && Number.isInteger(packets) && packets <= RUN_PACKETS_MOST ? packets : 0
}

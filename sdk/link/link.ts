import { ViewnetError } from '../errors.js'

/** The socket, interface or address beneath a link cannot be used. */
export class LinkError extends ViewnetError {}

/** What a link calls when something arrives. */
export interface LinkReceiver {
  /**
   * One packet came. `packet` is only borrowed: copy what outlives the call.
   *
   * @param from - the sender's link address, in the form that {@link Link.send} takes
   */
  packet(packet: Uint8Array, from: string): void
  /** The link failed after it was started; it may go on. */
  error?(error: LinkError): void
}

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
  /** Stop; closing twice is fine. */
  close(): Promise<void>
}

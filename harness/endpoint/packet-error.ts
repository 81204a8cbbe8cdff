import { ViewnetError } from 'viewnet/device'

/** Why a packet is dropped before anybody looks at what it says (docs/protocol.md, section 1). */
export const PacketFault = ['length', 'packet-type', 'crc', 'version', 'command'] as const
export type PacketFault = (typeof PacketFault)[number]

/** Octets that are no packet of reference profile 1. Such a packet is dropped, counted by its reason and never answered. */
export class PacketError extends ViewnetError {
  readonly reason: PacketFault

  constructor(reason: PacketFault, message: string) {
    super('ERR_VIEWNET_ENDPOINT_PACKET', message)
    this.reason = reason
  }
}

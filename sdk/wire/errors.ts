import { ViewnetError } from '../errors.js'

/** Why a packet was not decoded. The receiver counts each by its reason, and answers none. */
export const DecodeErrorCode = {
  length: 'ERR_VIEWNET_PACKET_LENGTH',
  crc: 'ERR_VIEWNET_PACKET_CRC',
  packetType: 'ERR_VIEWNET_PACKET_TYPE',
  version: 'ERR_VIEWNET_PACKET_VERSION',
  command: 'ERR_VIEWNET_PACKET_COMMAND',
  field: 'ERR_VIEWNET_PACKET_FIELD',
} as const
/** One reason for not decoding a packet. */
export type DecodeErrorReason = keyof typeof DecodeErrorCode

/** The octets are not a packet of the protocol. */
export class DecodeError extends ViewnetError {
  readonly reason: DecodeErrorReason
  /** Where in the packet it shows, in octets from its start. */
  readonly offset: number

  constructor(reason: DecodeErrorReason, offset: number, message: string) {
    super(DecodeErrorCode[reason], message)
    this.reason = reason
    this.offset = offset
  }
}

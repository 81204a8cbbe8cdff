// The layouts of recvmmsg(2) and sendmmsg(2) in memory, with 64 bits and the least significant octet first.
//
// struct mmsghdr: | name * 0 | name length u32 8 | iovec * 16 | iovec count 24 | control * 32 | control length 40 | flags i32 48 | length u32 56 |
// struct iovec: | base * 0 | length 8 |
// struct cmsghdr: | length 0 | level i32 8 | type i32 12 | data 16 |

export const MMSGHDR_BYTES = 64
export const IOVEC_BYTES = 16
/** A control message with one integer in it. */
export const CONTROL_BYTES = 24
export const SOL_UDP = 17
export const UDP_SEGMENT = 103
export const UDP_GRO = 104
export const MSG_DONTWAIT = 0x40

/** Where a message's parts are. */
export interface MessageParts {
  readonly name: bigint
  readonly nameBytes: number
  readonly vector: bigint
  /** 0n: none. */
  readonly control: bigint
}

export function writeHeader(view: DataView, at: number, { name, nameBytes, vector, control }: MessageParts): void {
  view.setBigUint64(at, name, true)
  view.setUint32(at + 8, nameBytes, true)
  view.setBigUint64(at + 16, vector, true)
  view.setBigUint64(at + 24, 1n, true)
  view.setBigUint64(at + 32, control, true)
  view.setBigUint64(at + 40, control === 0n ? 0n : BigInt(CONTROL_BYTES), true)
}

export function writeVector(view: DataView, at: number, base: bigint, bytes: number): void {
  view.setBigUint64(at, base, true)
  view.setBigUint64(at + 8, BigInt(bytes), true)
}

export function writeSegmentControl(view: DataView, at: number): void {
  // CMSG_LEN of one u16.
  view.setBigUint64(at, 18n, true)
  view.setInt32(at + 8, SOL_UDP, true)
  view.setInt32(at + 12, UDP_SEGMENT, true)
}

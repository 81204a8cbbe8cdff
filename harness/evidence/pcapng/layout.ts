/** Numbers of the pcapng format (draft-ietf-opsawg-pcapng), as far as captures of ours hold them. Written little-endian, read in either order. */

/** Block types. */
export const BlockType = {
  /** Its octets read the same in both byte orders, and forwards as backwards. */
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  interfaceStatistics: 5,
  enhancedPacket: 6,
} as const

/** The first octets of every pcapng file. */
export const PCAPNG_MAGIC: Uint8Array = Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a)

/** The first field of a section header: tells the byte order of the section. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d

/** The version that this project writes, and every tool reads. */
export const VERSION = { major: 1, minor: 0 } as const

/** Option codes; a code means another thing in each block, but for the first two. */
export const OptionCode = {
  end: 0,
  comment: 1,
  sectionApplication: 4,
  interfaceName: 2,
  interfaceDescription: 3,
  interfaceTimeResolution: 9,
  interfaceTimeOffset: 14,
  packetFlags: 2,
  statisticsReceived: 4,
} as const

/** LINKTYPE_ETHERNET */
export const LINK_TYPE_ETHERNET = 1

/** 10^-6 s: the resolution of evidence, and of pcapng where an interface names none. */
export const MICROSECONDS = 6

/** Type, length, and the length again at the end. */
export const BLOCK_FRAME_OCTETS = 12

/** Interface 4 | time 8 | captured length 4 | original length 4 */
export const PACKET_HEADER_OCTETS = 20

/** The longest block that is read: what Wireshark takes, too. */
export const MAX_BLOCK_OCTETS = 16 * 1024 ** 2

/** An option's length is a u16. */
export const MAX_OPTION_OCTETS = 0xffff

/** Blocks and options end on a multiple of four octets. */
export function padded(octets: number): number {
  return (octets + 3) & ~3
}

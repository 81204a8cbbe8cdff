/** MAC DA 6 | MAC SA 6 | EtherType 2 */
export const ETHERNET_HEADER_OCTETS = 14

/** IEEE local experimental; docs/protocol.md, section 1. */
export const ETHER_TYPE = 0x88b5

/** Set in the first octet of a MAC that no manufacturer gave. */
const LOCALLY_ADMINISTERED = 0x02

/** DA and SA: type 1 | metropolitan-area address 5 | access address 2 */
const ADDRESS_OCTETS = 8

/**
 * Write the Ethernet header of a packet that stands behind it already.
 *
 * The MACs are made up: `02`, then the lower three octets of the metropolitan-area address, then the access address. A packet too short to hold
 * its addresses gets zeros.
 *
 * @param frame - whole, the packet from octet 14; its first 14 octets are overwritten
 */
export function writeEthernetHeader(frame: Uint8Array): void {
  const packet = frame.subarray(ETHERNET_HEADER_OCTETS)
  for (const [mac, address] of [
    [0, 0],
    [6, ADDRESS_OCTETS],
  ] as const) {
    frame[mac] = LOCALLY_ADMINISTERED
    for (let i = 1; i < 6; i++) frame[mac + i] = packet[address + i + 2] ?? 0
  }
  frame[12] = ETHER_TYPE >> 8
  frame[13] = ETHER_TYPE & 0xff
}

/** MAC DA 6 | MAC SA 6 | EtherType 2 */
export const ETHERNET_HEADER_OCTETS = 14

/** IEEE local experimental; docs/protocol.md, section 1. */
export const ETHER_TYPE = 0x88b5

/** Set in the first octet of a MAC that no manufacturer gave. */
const LOCALLY_ADMINISTERED = 0x02

const MAC_OCTETS = 6

/** DA and SA: type 1 | metropolitan-area address 5 | access address 2 */
const ADDRESS_OCTETS = 8

/**
 * Write the Ethernet header of a packet that stands behind it already.
 *
 * The MACs are made up: `02`, then the lower three octets of the metropolitan-area address, then the access address. A packet too short to hold
 * its addresses gets zeros.
 *
 * @param octets - hold the frame, among others
 * @param start - where the frame begins; its packet begins 14 octets later
 * @param end - where it ends
 */
export function writeEthernetHeader(octets: Uint8Array, start: number, end: number): void {
  const packet = start + ETHERNET_HEADER_OCTETS
  writeMac(octets, start, packet, end)
  writeMac(octets, start + MAC_OCTETS, packet + ADDRESS_OCTETS, end)
  octets[start + 2 * MAC_OCTETS] = ETHER_TYPE >> 8
  octets[start + 2 * MAC_OCTETS + 1] = ETHER_TYPE & 0xff
}

function writeMac(octets: Uint8Array, mac: number, address: number, end: number): void {
  octets[mac] = LOCALLY_ADMINISTERED
  for (let i = 1; i < MAC_OCTETS; i++) {
    const from = address + ADDRESS_OCTETS - MAC_OCTETS + i
    octets[mac + i] = from < end ? (octets[from] ?? 0) : 0
  }
}

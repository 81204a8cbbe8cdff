import { UsageError } from '../errors.js'

/** EtherType of the video network's packets: IEEE local experimental (docs/protocol.md, section 1). */
export const DEFAULT_ETHER_TYPE = 0x88b5

/** A network interface of this machine, and a station that is reached by it. */
export interface EthernetAddress {
  /** `eth1`: as `ip link` names it. */
  readonly interface: string
  /** `02:00:5e:10:00:01`, in lower case; undefined: none is named. */
  readonly station: string | undefined
}

/**
 * Parse an Ethernet link address: `ethernet:eth1`, where to listen, or `ethernet:eth1/02:00:5e:10:00:01`, a station that is reached by this machine's
 * interface eth1.
 *
 * @throws UsageError `ERR_VIEWNET_ADDRESS` when it is no such address; group addresses are refused, because packets have one sender and one receiver
 */
export function parseEthernetAddress(address: string): EthernetAddress {
  // Names of interfaces as Linux allows them: 15 octets, no slash, no space.
  const match = /^ethernet:([^\s/]{1,15})(?:\/([0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){5}))?$/.exec(address)
  const station = match?.[2]?.toLowerCase()
  if (match?.[1] === undefined || (station !== undefined && isGroup(Number.parseInt(station, 16)))) {
    throw new UsageError(
      'ERR_VIEWNET_ADDRESS',
      `expected ethernet:INTERFACE or ethernet:INTERFACE/aa:bb:cc:dd:ee:ff with the address of one station, got '${address}'`,
    )
  }
  return { interface: match[1], station }
}

/** Write an address the one way in which links compare them. */
export function formatEthernetAddress({ interface: name, station }: EthernetAddress): string {
  return station === undefined ? `ethernet:${name}` : `ethernet:${name}/${station}`
}

/** Whether a station's first octet says that it is many, or all. */
export function isGroup(firstOctet: number): boolean {
  return (firstOctet & 1) === 1
}

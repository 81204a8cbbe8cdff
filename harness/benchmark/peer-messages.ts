/** External message number of the benchmark's converter. */
export const CONVERTER_NUMBER = '00001-00020-00300-04000'

/** The devices of the benchmark's converter, by how many recordings each lists. */
export const DEVICE_SIZES = [16, 500, 1_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000] as const
export type DeviceSize = (typeof DEVICE_SIZES)[number]

/** The external message number of the device that lists so many. */
export function deviceOf(size: DeviceSize): string {
  return `00001-00020-00300-${String(DEVICE_SIZES.indexOf(size) + 1).padStart(5, '0')}`
}

/**
 * What a peer process does: convert by whatever it has, or over plain UDP, with its devices' answers at hand; convert by whatever it has, with answers that
 * its devices make anew each time; send bare packets; send back what comes.
 */
export type PeerRole = 'converter' | 'plain-converter' | 'asking-converter' | 'sender' | 'echo'

/** What a peer process says when it is ready. */
export interface PeerReady {
  readonly port: number
  /** Why the converter's link is not accelerated, where it is not. */
  readonly whyNotAccelerated?: string
}

/** What a bare sender is told: send so many packets of 86 octets there. */
export interface SendCommand {
  readonly port: number
  readonly packets: number
}

/** What a converter says when it is asked, by any message. */
export interface MemoryReport {
  readonly residentBytes: number
  /** The most that it ever was. */
  readonly peakBytes: number
}

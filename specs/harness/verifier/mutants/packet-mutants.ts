import { crc32 } from 'node:zlib'
import type { Mutant } from './mutation.js'

/** A copy with another CRC. */
function withCrc(packet: Uint8Array, store: (view: DataView, crcAt: number) => void): Uint8Array {
  const copy = new Uint8Array(packet)
  store(new DataView(copy.buffer), copy.length - 4)
  return copy
}

/** Converters whose packets are none. */
export const packetMutants: readonly Mutant[] = [
  {
    name: 'sums the CRC over the payload alone',
    rule: 'packets-readable',
    scenario: 'clean',
    mutation: () => ({
      writes: (packet) =>
        withCrc(packet, (view, crcAt) => view.setUint32(crcAt, crc32(packet.subarray(18, crcAt)), true)),
    }),
  },
  {
    name: 'stores the CRC most significant octet first',
    rule: 'packets-readable',
    scenario: 'clean',
    mutation: () => ({
      writes: (packet) => withCrc(packet, (view, crcAt) => view.setUint32(crcAt, view.getUint32(crcAt, true))),
    }),
  },
  {
    name: 'leaves out the reserved octets',
    rule: 'packets-readable',
    scenario: 'clean',
    mutation: () => ({ writes: (packet) => Uint8Array.of(...packet.subarray(0, 16), ...packet.subarray(18)) }),
  },
  {
    name: 'speaks version 2',
    rule: 'packets-readable',
    scenario: 'clean',
    mutation: () => ({
      writes: (packet) =>
        withCrc(packet, (view, crcAt) => {
          view.setUint8(18 + 2, 2)
          view.setUint32(crcAt, crc32(new Uint8Array(view.buffer, 0, crcAt)), true)
        }),
    }),
  },
]

import { crc32 } from 'node:zlib'
import { referenceCodec, ResourceEncoder, type Packet, type Resource } from 'viewnet/wire'
import type { Measurement } from './figure.js'

/** Packets a round: enough for a clock that is only microseconds fine. */
const PACKETS = 100_000
const ROUNDS = 7

const MESSAGE: Resource = {
  type: 'RESOURCE',
  exchange: 77,
  converterNumber: 0x0001_0014_012c_0fa0n,
  sequence: 2,
  count: 3,
  startMs: 1_700_000_000_000,
  endMs: 1_700_000_600_000,
  channel: 2,
  kinds: 2,
  round: 0,
  sizeBytes: 1_048_576,
  key: 0x0123_4567_89ab_cdefn,
}

const RESOURCE: Packet = { destination: { area: 1, access: 1 }, source: { area: 1, access: 2 }, message: MESSAGE }

/** Nanoseconds a call, over one round. The sum is used, so that nothing is optimised away. */
function nanosecondsPerCall(call: () => number): number {
  let sum = 0
  const startedAt = process.hrtime.bigint()
  for (let packet = 0; packet < PACKETS; packet++) sum += call()
  const passed = Number(process.hrtime.bigint() - startedAt)
  return passed / PACKETS + (sum === 0 ? Number.MIN_VALUE : 0)
}

/** The wire: encoding and decoding one RESOURCE, beside the CRC-32 that each needs at least. */
export function wireMeasurements(): readonly Measurement[] {
  const octets = referenceCodec.encode(RESOURCE)
  const covered = octets.subarray(0, 82)
  const encoder = new ResourceEncoder(referenceCodec, { ...RESOURCE, ...MESSAGE })
  const baseline = (): number => nanosecondsPerCall(() => crc32(covered))
  return [
    {
      name: 'encode one RESOURCE, CRC included',
      unit: 'ns',
      goal: { is: 'at most', ratio: 2.5 },
      rounds: ROUNDS,
      ours: () => nanosecondsPerCall(() => encoder.encode(MESSAGE).length),
      baseline,
    },
    {
      name: 'decode one RESOURCE, verified, all fields read',
      unit: 'ns',
      goal: { is: 'at most', ratio: 3 },
      rounds: ROUNDS,
      ours: () => nanosecondsPerCall(() => referenceCodec.decode(octets).message.exchange),
      baseline,
    },
  ]
}

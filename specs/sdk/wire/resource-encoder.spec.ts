import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { PacketCodec, REFERENCE_1, ResourceEncoder, ResourceRun } from '../../../sdk/wire/index.js'
import type { Resource } from '../../../sdk/wire/index.js'
import { anyAddress, anyResource } from './arbitraries.js'
import { CRC32_START, updateCrc32 } from '../../../sdk/wire/crc32.js'

/** The same exchange throughout, as one encoder's packets have it. */
const route = fc.record({
  destination: anyAddress,
  source: anyAddress,
  label: fc.option(fc.nat(0xffff), { nil: undefined }),
})

t.test('the CRC-32 in slices is the CRC-32 of zlib, at any offset and length, in one go or two [protocol 1]', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(300), (octets, a, b) => {
      const from = Math.min(a, octets.length)
      const middle = Math.min(from + b, octets.length)
      const state = updateCrc32(updateCrc32(CRC32_START, octets, from, middle), octets, middle, octets.length)
      return ~state >>> 0 === crc32(octets.subarray(from))
    }),
    { numRuns: 1000 },
  )
  t.end()
})

t.test('encodes every RESOURCE as the plain codec does, packet after packet, in either CRC order [protocol 2]', (t) => {
  const codecs = [new PacketCodec(), new PacketCodec({ ...REFERENCE_1, crcOrder: 'most-significant-first' })]
  fc.assert(
    fc.property(
      fc.constantFrom(...codecs),
      route,
      fc.array(anyResource, { minLength: 1, maxLength: 4 }),
      (codec, { destination, source, label }, resources) => {
        const { exchange, converterNumber } = resources[0]!
        const encoder = new ResourceEncoder(codec, { destination, source, label, exchange, converterNumber })
        return resources.every((resource) => {
          const message = { ...resource, exchange, converterNumber }
          const expected = codec.encode({ destination, source, message, ...(label !== undefined && { label }) })
          return Buffer.compare(encoder.encode(message), expected) === 0
        })
      },
    ),
    { numRuns: 500 },
  )
  t.end()
})

/** A resource as a snapshot keeps it, at an offset. */
function recordOf({ startMs, endMs, channel, kinds, sizeBytes, key }: Resource, offset: number): Uint8Array {
  const octets = Buffer.alloc(offset + 36)
  octets.writeBigUInt64BE(BigInt(startMs), offset)
  octets.writeBigUInt64BE(BigInt(endMs), offset + 8)
  octets.writeUInt16BE(channel, offset + 16)
  octets.writeUInt16BE(kinds, offset + 18)
  octets.writeBigUInt64BE(BigInt(sizeBytes), offset + 20)
  octets.writeBigUInt64BE(key, offset + 28)
  return octets
}

t.test(
  'a run holds what the plain codec encodes, one behind the other, run after run, labelled or not [protocol 2]',
  (t) => {
    const codecs = [new PacketCodec(), new PacketCodec({ ...REFERENCE_1, crcOrder: 'most-significant-first' })]
    const run = new ResourceRun(3)
    fc.assert(
      fc.property(
        fc.constantFrom(...codecs),
        route,
        fc.array(anyResource, { minLength: 1, maxLength: 7 }),
        fc.nat(40),
        (codec, { destination, source, label }, resources, offset) => {
          const { exchange, converterNumber } = resources[0]!
          const encoder = new ResourceEncoder(codec, { destination, source, label, exchange, converterNumber })
          const got: Uint8Array[] = []
          for (let at = 0; at < resources.length;) {
            run.begin(encoder)
            for (; at < resources.length && !run.isFull; at++)
              run.add(resources[at]!, recordOf(resources[at]!, offset), offset)
            got.push(run.octets.slice())
          }
          const expected = resources.map((resource) => {
            const message = { ...resource, exchange, converterNumber }
            return codec.encode({ destination, source, message, ...(label !== undefined && { label }) })
          })
          return Buffer.compare(Buffer.concat(got), Buffer.concat(expected)) === 0
        },
      ),
      { numRuns: 500 },
    )
    t.end()
  },
)

t.test('a run takes no more packets than were wanted', async (t) => {
  const encoder = new ResourceEncoder(new PacketCodec(), {
    destination: { area: 1, access: 1 },
    source: { area: 1, access: 2 },
    exchange: 1,
    converterNumber: 1n,
  })
  const run = new ResourceRun(64)
  run.begin(encoder, 2)
  const numbers = { sequence: 1, count: 2, round: 0 }
  for (; !run.isFull; numbers.sequence++) run.add(numbers, new Uint8Array(36), 0)
  t.equal(run.packetCount, 2)
  t.equal(run.octets.length, 2 * 86)
  run.begin(encoder, 0)
  t.ok(run.isFull)
  t.equal(run.octets.length, 0)
})

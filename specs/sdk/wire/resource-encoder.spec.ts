import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { PacketCodec, REFERENCE_1, ResourceEncoder, type Resource } from '../../../sdk/wire/index.js'
import { CRC32_START, updateCrc32 } from '../../../sdk/wire/crc32.js'

const u16 = fc.integer({ min: 0, max: 0xffff })
const u32 = fc.integer({ min: 0, max: 0xffffffff })
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const quantity = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const address = fc.record({ area: fc.integer({ min: 0, max: 2 ** 40 - 1 }), access: u16 })
const body = fc.record({
  sequence: u32,
  count: u32,
  startMs: quantity,
  endMs: quantity,
  channel: u16,
  kinds: u16,
  round: u16,
  sizeBytes: quantity,
  key: u64,
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
      fc.record({
        destination: address,
        source: address,
        label: fc.option(u16, { nil: undefined }),
        exchange: u32,
        converterNumber: u64,
      }),
      fc.array(body, { minLength: 1, maxLength: 4 }),
      (codec, route, bodies) => {
        const encoder = new ResourceEncoder(codec, route)
        for (const fields of bodies) {
          const { destination, source, label, exchange, converterNumber } = route
          const message: Resource = { type: 'RESOURCE', exchange, converterNumber, ...fields }
          const expected = codec.encode({ destination, source, message, ...(label !== undefined && { label }) })
          if (Buffer.compare(encoder.encode(message), expected) !== 0) return false
        }
        return true
      },
    ),
    { numRuns: 500 },
  )
  t.end()
})

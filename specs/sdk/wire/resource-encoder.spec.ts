import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { PacketCodec, REFERENCE_1, ResourceEncoder } from '../../../sdk/wire/index.js'
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

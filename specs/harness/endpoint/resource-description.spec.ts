import * as fc from 'fast-check'
import { crc32 } from 'node:zlib'
import t from 'tap'
import { describeDecoded, describePacket } from '../../../harness/endpoint/description.js'
import { describeResource } from '../../../harness/endpoint/resource-description.js'
import { holds } from '../../sdk/property.js'

/** The RESOURCE of docs/protocol.md, section 4. */
const RESOURCE = Buffer.from(
  '010000000001000101000000000100020000520201000000004d00010014012c0fa000000002000000030000018bcfe568000000018bcfee8fc0000200020000000000000000001000000123456789abcdef030c05a5',
  'hex',
)

/** With a CRC that fits again. */
function sealed(packet: Uint8Array): Uint8Array {
  const octets = Buffer.from(packet)
  if (octets.length >= 4) octets.writeUInt32LE(crc32(octets.subarray(0, -4)), octets.length - 4)
  return octets
}

t.test('describes the test vector straight from its octets [protocol 4]', (t) => {
  t.strictSame(describeResource(RESOURCE), describeDecoded(RESOURCE))
  t.match(describeResource(RESOURCE), { message: 'RESOURCE', exchange: 77, sequence: 2, round: 0 })
  t.end()
})

t.test('a packet is described alike straight from its octets and by decoding it [protocol 2]', (t) => {
  const change = fc.tuple(fc.nat({ max: 89 }), fc.constantFrom(0, 1, 2, 0x52, 0x53, 0x80, 0x81, 0xff))
  const changed = fc
    .tuple(fc.array(change, { maxLength: 4 }), fc.boolean(), fc.integer({ min: -3, max: 4 }))
    .map(([changes, isSealed, more]) => {
      const octets = Buffer.concat([RESOURCE, Buffer.alloc(4)]).subarray(0, RESOURCE.length + more)
      for (const [at, octet] of changes) if (at < octets.length) octets[at] = octet
      return isSealed ? sealed(octets) : octets
    })
  const body = fc.uint8Array({ minLength: 48, maxLength: 48 }).map((octets) => {
    const packet = Buffer.from(RESOURCE)
    packet.set(octets, 34)
    return sealed(packet)
  })
  const packets = fc.oneof(changed, body, fc.uint8Array({ maxLength: 100 }))
  holds(
    t,
    fc.property(packets, fc.nat({ max: 7 }), (packet, offset) => {
      const view = new Uint8Array(packet.length + offset).subarray(offset)
      view.set(packet)
      t.strictSame(describePacket(view), describeDecoded(view))
    }),
    400,
  )
  t.end()
})

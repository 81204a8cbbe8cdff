import { deepStrictEqual } from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import t from 'tap'
import {
  decodePacket,
  describePacket,
  encodePacket,
  formatExternalNumber,
  PacketError,
  parseExternalNumber,
  type Packet,
} from '../../../harness/endpoint/index.js'
import { converterNumber, deviceNumber, vectors } from './vectors.js'

const seed = Number(process.env['VIEWNET_SEED'] ?? 20_260_730)
t.comment(`seed ${seed}`)

/** Give a packet a valid CRC again, as a peer would that means what it says. */
function sealed(packet: Uint8Array): Uint8Array {
  const crcOffset = packet.byteLength - 4
  new DataView(packet.buffer, packet.byteOffset).setUint32(crcOffset, crc32(packet.subarray(0, crcOffset)), true)
  return packet
}

function altered(packet: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = packet.slice()
  copy[offset] = value
  return sealed(copy)
}

/** A labelled twin: bit 7 of both type octets, and | reserved 2 | label 2 | after the header. */
function labelled(packet: Uint8Array, label: number): Uint8Array {
  const twin = new Uint8Array(packet.byteLength + 4)
  twin.set(packet.subarray(0, 18))
  twin.set([0, 0, label >> 8, label & 0xff], 18)
  twin.set(packet.subarray(18), 22)
  twin[0]! |= 0x80
  twin[8]! |= 0x80
  return sealed(twin)
}

function reasonOf(packet: Uint8Array): string {
  try {
    decodePacket(packet)
    return 'none'
  } catch (error) {
    if (error instanceof PacketError) return error.reason
    throw error
  }
}

for (const { name, encoded, decoded, described } of vectors) {
  t.test(`test vector ${name} [protocol 4]`, async (t) => {
    t.same(decodePacket(encoded), decoded, 'decodes')
    t.same(encodePacket(decoded), encoded, 'encodes octet for octet')
    t.equal(crc32(encoded), 0x2144df1c, 'the CRC over the whole packet is the constant of section 1')
    t.same(describePacket(encoded), { ...described, exchange: 77, rejected: null }, 'is described')

    const shifted = new Uint8Array(encoded.byteLength + 13)
    shifted.set(encoded, 7)
    t.same(decodePacket(shifted.subarray(7, 7 + encoded.byteLength)), decoded, 'decodes from a view at an offset')

    const twin = labelled(encoded, 0xbeef)
    t.same(decodePacket(twin), { ...decoded, label: 0xbeef }, 'decodes with a label')
    t.same(encodePacket({ ...decoded, label: 0xbeef }), twin, 'encodes with a label')
    t.same(describePacket(twin), describePacket(encoded), 'a label changes nothing of what it says')
  })

  t.test(`drops ${name} cut off at any octet, by its length [protocol 1]`, async (t) => {
    for (const packet of [encoded, labelled(encoded, 1)]) {
      for (let length = 0; length < packet.byteLength; length++) {
        if (reasonOf(packet.subarray(0, length)) !== 'length') t.fail(`accepted or misjudged at ${length} octets`)
      }
      t.equal(reasonOf(new Uint8Array([...packet, 0])), 'length', 'nor is one octet more taken')
    }
  })
}

t.test('drops a packet of which any one bit was flipped [protocol 1]', async (t) => {
  const packet = vectors[2]!.encoded
  for (let bit = 0; bit < packet.byteLength * 8; bit++) {
    const copy = packet.slice()
    copy[bit >> 3]! ^= 0x80 >> (bit & 7)
    if (reasonOf(copy) === 'none') t.fail(`accepted with bit ${bit} flipped`)
  }
})

t.test('says why it drops a packet [protocol 1]', async (t) => {
  const resource = vectors[2]!.encoded
  const missing = vectors[5]!.encoded
  const table: readonly (readonly [string, Uint8Array, string])[] = [
    ['no octets at all', new Uint8Array(0), 'length'],
    ['an unknown packet type', altered(resource, 0, 0x04), 'packet-type'],
    ['an SA type that is not the DA type', altered(resource, 8, 0x02), 'packet-type'],
    ['a wrong CRC', resource.map((octet, offset) => (offset === 85 ? octet ^ 1 : octet)), 'crc'],
    ['a protocol packet as long as a data packet', sealed(new Uint8Array(1078).fill(1)), 'length'],
    ['an unknown version', altered(resource, 20, 2), 'version'],
    ['an unknown command code', altered(resource, 19, 0x07), 'command'],
    ['MISSING in a protocol packet', altered(resource, 19, 0x05), 'command'],
    ['RESOURCE in a data packet', altered(missing, 19, 0x02), 'command'],
    ['MISSING in a multicast packet', sealed(missing.map((octet, i) => (i === 0 || i === 8 ? 3 : octet))), 'command'],
  ]
  for (const [name, packet, reason] of table) {
    t.equal(reasonOf(packet), reason, name)
    t.match(describePacket(packet), { rejected: reason, message: null, exchange: null, fields: null, content: null })
  }
})

t.test('ignores what is reserved [protocol, introduction]', async (t) => {
  const { encoded, decoded } = vectors[1]!
  t.same(decodePacket(altered(encoded, 16, 0xff)), decoded, 'in the header')
  t.same(decodePacket(altered(encoded, 18 + 19, 0xff)), decoded, 'in the body')
  t.same(decodePacket(altered(encoded, 18 + 3, 0xff)), decoded, 'flags that the message does not have')
})

t.test('only PacketError escapes from random octets, and describing never throws', async () => {
  const lengths = [86, 90, 1078, 1082]
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 1100 }),
    fc
      .tuple(fc.constantFrom(...lengths), fc.constantFrom(1, 2, 3, 0x81, 0x82, 0x83), fc.uint8Array({ maxLength: 120 }))
      .map(([length, type, content]) => {
        const packet = new Uint8Array(length)
        packet.set(content.subarray(0, length))
        packet[0] = packet[8] = type
        return sealed(packet)
      }),
  )
  fc.assert(
    fc.property(octets, (packet) => {
      const { rejected } = describePacket(packet)
      return reasonOf(packet) === (rejected ?? 'none')
    }),
    { seed, numRuns: 2000 },
  )
})

t.test('what random messages say survives the way there and back', async () => {
  const u16 = fc.integer({ min: 0, max: 0xffff })
  const u32 = fc.integer({ min: 0, max: 0xffffffff })
  const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
  const address = fc.record({ metropolitanArea: fc.integer({ min: 0, max: 2 ** 40 - 1 }), access: u16 })
  const message = fc.oneof(
    fc.record({
      type: fc.constant('RESOURCE' as const),
      sequence: u32,
      count: u32,
      startMs: u64,
      endMs: u64,
      channel: u16,
      kinds: u16,
      round: u16,
      sizeBytes: u64,
      key: u64,
    }),
    fc.record({ type: fc.constant('RESPONSE' as const), status: u16, count: u32, device: u64, snapshotMs: u64 }),
    fc.record({
      type: fc.constant('MISSING' as const),
      first: u32,
      round: u16,
      index: u16,
      bitmap: fc.uint8Array({ minLength: 1024, maxLength: 1024 }),
    }),
  )
  const packet: fc.Arbitrary<Packet> = fc.record({
    destination: address,
    source: address,
    label: fc.option(u16, { nil: undefined }),
    converterNumber: u64,
    exchange: u32,
    message,
  })
  fc.assert(
    fc.property(packet, (value) => {
      // Cloned, because arbitraries make objects without a prototype.
      deepStrictEqual(decodePacket(encodePacket(value)), structuredClone(value))
    }),
    { seed, numRuns: 300 },
  )
})

t.test('refuses to encode what does not fit, by name', async (t) => {
  const { decoded } = vectors[3]!
  const code = 'ERR_VIEWNET_ENDPOINT_FIELD'
  const wrong = (packet: Partial<Packet>): (() => void) => {
    return () => encodePacket({ ...decoded, ...packet })
  }
  t.throws(wrong({ message: { type: 'ROUND_END', count: 1, sent: 1, round: 65_536 } }), {
    code,
    message: 'round is 65536; expected an integer of 0–65535',
  })
  t.throws(wrong({ message: { type: 'ROUND_END', count: -1, sent: 1, round: 0 } }), { code })
  t.throws(wrong({ message: { type: 'ROUND_END', count: 0.5, sent: 1, round: 0 } }), { code })
  t.throws(wrong({ converterNumber: 2n ** 64n }), { code })
  t.throws(wrong({ source: { metropolitanArea: 2 ** 40, access: 0 } }), { code })
  t.throws(wrong({ message: { type: 'MISSING', first: 1, round: 0, index: 0, bitmap: new Uint8Array(1023) } }), {
    code,
    message: 'bitmap is 1023 octets; expected 1024 octets',
  })
})

t.test('describes content without its round, and with everything else [architecture, MQTT]', async (t) => {
  const { decoded } = vectors[2]!
  const contentOf = (change: object): string | null =>
    describePacket(encodePacket({ ...decoded, message: { ...decoded.message, ...change } })).content
  t.equal(contentOf({ round: 31 }), contentOf({}))
  // From the vector's own octets: the 48 of its body, round 0 as they stand.
  t.equal(contentOf({}), crc32(vectors[2]!.encoded.subarray(34, 82)).toString(16).padStart(8, '0'))
  for (const change of [
    { sequence: 3 },
    { count: 4 },
    { startMs: 1n },
    { endMs: 0n },
    { channel: 1 },
    { kinds: 1 },
    { sizeBytes: 0n },
    { key: 0n },
  ]) {
    t.not(contentOf(change), contentOf({}), Object.keys(change).join())
  }
})

t.test('describes missing sequences as ranges, and a number that has no name as a decimal', async (t) => {
  const { decoded } = vectors[5]!
  const bitmap = new Uint8Array(1024)
  bitmap.set([0b01001110, 0b00000001, 0b10000000])
  bitmap[1023] = 1
  const packet = encodePacket({ ...decoded, message: { type: 'MISSING', first: 8193, round: 3, index: 1, bitmap } })
  t.same(describePacket(packet).fields, { first: 8193, round: 3, index: 1, missing: '8194,8197-8199,8208-8209,16384' })
  const odd = { type: 'RESPONSE', status: 99, count: 0, device: deviceNumber, snapshotMs: 0n } as const
  t.match(describePacket(encodePacket({ ...decoded, message: odd })).fields, { status: '99' })
})

t.test('reads and writes external message numbers [protocol 2]', async (t) => {
  t.equal(parseExternalNumber('00001-00020-00300-04000'), converterNumber)
  t.equal(formatExternalNumber(converterNumber), '00001-00020-00300-04000')
  t.equal(formatExternalNumber(2n ** 64n - 1n), '65535-65535-65535-65535')
  for (const wrong of [
    '',
    '1-20-300-4000',
    '00001-00020-00300',
    '00001-00020-00300-65536',
    '00001-00020-00300-04000 ',
  ]) {
    t.throws(() => parseExternalNumber(wrong), { code: 'ERR_VIEWNET_ENDPOINT_NUMBER' }, `'${wrong}'`)
  }
})

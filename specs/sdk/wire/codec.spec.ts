import { isDeepStrictEqual } from 'node:util'
import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import t from 'tap'
import { DecodeError, PacketCodec, REFERENCE_1, referenceCodec, type WireProfile } from '../../../sdk/wire/index.js'
import { holds } from '../property.js'
import { anyPacket } from './arbitraries.js'
import { VECTORS, type Vector } from './vectors.js'

/** CRC-32 over a whole valid packet, its CRC included. */
const CRC_RESIDUE = 0x2144df1c

const vector = (type: string): Vector => VECTORS.find(({ decoded }) => decoded.message.type === type)!

/** A copy of a packet with octets changed and, unless said otherwise, its CRC made right again. */
function changed(
  packet: Uint8Array,
  at: number,
  octets: readonly number[],
  crc: 'right' | 'stale' = 'right',
): Uint8Array {
  const copy = new Uint8Array(packet)
  copy.set(octets, at)
  if (crc === 'right') new DataView(copy.buffer).setUint32(copy.length - 4, crc32(copy.subarray(0, -4)), true)
  return copy
}

/** The same packet with a label between the addresses and the payload. */
function labelled(packet: Uint8Array, label: number): Uint8Array {
  const copy = new Uint8Array(packet.length + 4)
  copy.set(packet.subarray(0, 18))
  copy.set([0, 0, label >> 8, label & 0xff], 18)
  copy.set(packet.subarray(18), 22)
  return changed(changed(copy, 0, [packet[0]! | 0x80]), 8, [packet[0]! | 0x80])
}

/** Why a packet is refused, and where. */
function refusal(
  packet: Uint8Array,
  codec = referenceCodec,
): { code: string; reason: string; offset: number } | undefined {
  try {
    codec.decode(packet)
    return undefined
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { code: error.code, reason: error.reason, offset: error.offset }
  }
}

for (const { name, encoded, decoded } of VECTORS) {
  t.test(`reads and writes the vector ${name} [protocol 4]`, async (t) => {
    t.strictSame(referenceCodec.decode(encoded), decoded, 'decodes')
    t.equal(
      Buffer.from(referenceCodec.encode(decoded)).toString('hex'),
      Buffer.from(encoded).toString('hex'),
      'encodes',
    )
    t.strictSame(referenceCodec.decode(referenceCodec.encode(decoded)), decoded, 'round trip')
    t.equal(crc32(encoded), CRC_RESIDUE, 'the CRC-32 over the whole packet is the constant')
  })

  t.test(`reads and writes the same with a label: ${name} [protocol 1]`, async (t) => {
    for (const label of [0, 1, 0xabcd, 0xffff]) {
      const packet = labelled(encoded, label)
      t.equal(packet.length, encoded.length + 4)
      t.strictSame(referenceCodec.decode(packet), { ...decoded, label })
      t.strictSame(new Uint8Array(referenceCodec.encode({ ...decoded, label })), packet)
    }
  })

  t.test(`reads a view at a non-zero offset: ${name}`, async (t) => {
    const room = new Uint8Array(encoded.length + 13).fill(0xee)
    room.set(encoded, 7)
    t.strictSame(referenceCodec.decode(room.subarray(7, 7 + encoded.length)), decoded)
    t.strictSame(referenceCodec.decode(Buffer.from(room.buffer, 7, encoded.length)), decoded, 'a Buffer as well')
  })

  t.test(`refuses every shorter length and one octet more as a wrong length: ${name} [protocol 1]`, async (t) => {
    const longer = new Uint8Array(encoded.length + 1)
    longer.set(encoded)
    const wrong: Uint8Array[] = [longer]
    for (let length = 0; length < encoded.length; length++) wrong.push(encoded.subarray(0, length))
    const reasons = new Set(wrong.map((packet) => refusal(packet)?.code))
    t.strictSame([...reasons], ['ERR_VIEWNET_PACKET_LENGTH'])
  })

  t.test(`refuses it with any single bit flipped: ${name} [protocol 1]`, async (t) => {
    const accepted: string[] = []
    for (let bit = 0; bit < encoded.length * 8; bit++) {
      const flipped = changed(encoded, bit >> 3, [encoded[bit >> 3]! ^ (1 << (bit & 7))], 'stale')
      if (refusal(flipped) === undefined) accepted.push(`octet ${bit >> 3} bit ${bit & 7}`)
    }
    t.strictSame(accepted, [])
  })
}

t.test('tells each reason for dropping a packet apart, and where it shows [protocol 1, 2]', async (t) => {
  const { encoded: request } = vector('REQUEST')
  const { encoded: response } = vector('RESPONSE')
  const { encoded: report } = vector('COUNT_REPORT')
  const { encoded: missing } = vector('MISSING')
  const asMulticast = changed(changed(missing, 0, [0x03]), 8, [0x03])
  const cases: readonly [string, Uint8Array, string, string, number][] = [
    ['a wrong CRC', changed(request, 82, [0, 0, 0, 0], 'stale'), 'crc', 'CRC', 82],
    ['a CRC in the other order', changed(request, 82, [0x88, 0xbf, 0x59, 0x36], 'stale'), 'crc', 'CRC', 82],
    ['an unknown packet type', changed(changed(request, 0, [0x04]), 8, [0x04]), 'packetType', 'TYPE', 0],
    ['a packet type of 0', changed(changed(request, 0, [0x00]), 8, [0x00]), 'packetType', 'TYPE', 0],
    ["an SA whose type is not the DA's", changed(request, 8, [0x02]), 'packetType', 'TYPE', 8],
    [
      "a protocol packet of a data packet's type",
      changed(changed(request, 0, [0x02]), 8, [0x02]),
      'length',
      'LENGTH',
      86,
    ],
    ['version 0', changed(request, 20, [0]), 'version', 'VERSION', 20],
    ['version 2', changed(request, 20, [2]), 'version', 'VERSION', 20],
    ['an unknown version with an unknown command code', changed(request, 18, [0, 0, 9]), 'version', 'VERSION', 20],
    ['an unknown command code', changed(request, 18, [0x52, 0x07]), 'command', 'COMMAND', 18],
    ['MISSING in a protocol packet', changed(request, 18, [0x52, 0x05]), 'command', 'COMMAND', 18],
    ['REQUEST in a data packet', changed(missing, 18, [0x52, 0x01]), 'command', 'COMMAND', 18],
    ['MISSING in a multicast data packet', asMulticast, 'command', 'COMMAND', 18],
    [
      'an unknown command code behind a label',
      changed(labelled(request, 7), 22, [0x52, 0x07]),
      'command',
      'COMMAND',
      22,
    ],
    ['exchange 0', changed(request, 22, [0, 0, 0, 0]), 'field', 'FIELD', 22],
    ['a status that there is not', changed(response, 34, [0, 9]), 'field', 'FIELD', 34],
    ['a verdict that there is not', changed(report, 34, [0, 3]), 'field', 'FIELD', 34],
    ['the same behind a label', changed(labelled(report, 7), 38, [0, 3]), 'field', 'FIELD', 38],
  ]
  for (const [name, packet, reason, code, offset] of cases) {
    t.strictSame(refusal(packet), { code: `ERR_VIEWNET_PACKET_${code}`, reason, offset }, name)
  }
})

t.test('says expected, got and where in the message of a refusal', async (t) => {
  const { encoded } = vector('REQUEST')
  t.throws(() => referenceCodec.decode(encoded.subarray(0, 85)), { message: /85 octets.* 86/ })
  t.throws(() => referenceCodec.decode(changed(encoded, 18, [0x52, 0x07])), { message: /0x5207/ })
})

t.test('ignores what is reserved on receipt, and sends it as zero [protocol]', async (t) => {
  // Reserved octets of each payload, and reserved flag bits; offsets in the whole packet.
  const reserved: readonly [string, number, readonly number[]][] = [
    ['REQUEST', 16, [0xff, 0xff]],
    ['REQUEST', 21, [0xfd]],
    ['REQUEST', 74, [1, 2, 3, 4, 5, 6, 7, 8]],
    ['RESPONSE', 21, [0xff]],
    ['RESPONSE', 36, [0xff, 0xff]],
    ['RESPONSE', 58, Array.from({ length: 24 }, () => 0xff)],
    ['RESOURCE', 64, [0xff, 0xff]],
    ['ROUND_END', 44, Array.from({ length: 38 }, () => 0xff)],
    ['COUNT_REPORT', 48, Array.from({ length: 34 }, () => 0xff)],
    ['MISSING', 42, Array.from({ length: 8 }, () => 0xff)],
    ['PROGRESS', 40, Array.from({ length: 42 }, () => 0xff)],
  ]
  for (const [type, at, octets] of reserved) {
    const { encoded, decoded } = vector(type)
    t.strictSame(referenceCodec.decode(changed(encoded, at, octets)), decoded, `${type}, ${octets.length} at ${at}`)
  }
  const withLabel = changed(labelled(vector('REQUEST').encoded, 5), 18, [0xff, 0xff])
  t.equal(referenceCodec.decode(withLabel).label, 5, 'the upper half of a label')
})

t.test('reads both flags of a REQUEST [protocol 2]', async (t) => {
  const { encoded } = vector('REQUEST')
  const flags = [0, 1, 2, 3].map((bits) => {
    const { message } = referenceCodec.decode(changed(encoded, 21, [bits]))
    return message.type === 'REQUEST' && [message.selective, message.credit]
  })
  t.strictSame(flags, [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])
})

t.test('reads a time beyond 2^53 as the largest that a number holds exactly', async (t) => {
  const { encoded } = vector('REQUEST')
  const fromMs = (octets: readonly number[]): unknown => {
    const { message } = referenceCodec.decode(changed(encoded, 50, octets))
    return message.type === 'REQUEST' && message.fromMs
  }
  t.equal(fromMs([0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), Number.MAX_SAFE_INTEGER)
  t.equal(fromMs([0, 0x20, 0, 0, 0, 0, 0, 0]), Number.MAX_SAFE_INTEGER)
  t.equal(fromMs([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), Number.MAX_SAFE_INTEGER)
})

t.test('gives the bitmap of MISSING as a view and everything else as a copy', async (t) => {
  const packet = new Uint8Array(vector('MISSING').encoded)
  const { message } = referenceCodec.decode(packet)
  packet[50] = 0xff
  t.equal(message.type === 'MISSING' && message.bitmap[0], 0xff)
})

t.test('lets nothing but a DecodeError escape from random octets', async (t) => {
  const anything = fc.uint8Array({ maxLength: 1100 })
  holds(
    t,
    fc.property(anything, (octets) => refusal(octets) !== undefined),
    2000,
  )
  // Octets that get past length, type, CRC and command code, so that the fields are reached.
  const plausible = fc.record({
    payload: fc.uint8Array({ minLength: 64, maxLength: 64 }),
    type: fc.constantFrom('REQUEST', 'RESPONSE', 'RESOURCE', 'ROUND_END', 'COUNT_REPORT', 'PROGRESS'),
  })
  holds(
    t,
    fc.property(plausible, ({ payload, type }) => {
      const { encoded } = vector(type)
      const reason = refusal(changed(encoded, 18, [...encoded.subarray(18, 21), ...payload.subarray(3)]))?.reason
      return reason === undefined || reason === 'field'
    }),
    2000,
  )
})

t.test('reads back every packet that it writes', async (t) => {
  holds(
    t,
    fc.property(anyPacket, (packet) => {
      const encoded = referenceCodec.encode(packet)
      return isDeepStrictEqual(referenceCodec.decode(encoded), packet) && crc32(encoded) === CRC_RESIDUE
    }),
    1000,
  )
})

t.test('speaks another wire profile by its table alone [protocol: wire profile]', async (t) => {
  const other: WireProfile = {
    name: 'other',
    packetTypes: { protocol: 0x11, unicastData: 0x12, multicastData: 0x13 },
    commands: {
      REQUEST: 0xa001,
      RESPONSE: 0xa002,
      RESOURCE: 0xa003,
      ROUND_END: 0xa004,
      COUNT_REPORT: 0xa005,
      MISSING: 0xa006,
      PROGRESS: 0xa007,
    },
    crcOrder: 'most-significant-first',
    udpPort: 4000,
    etherType: 0x88b6,
  }
  const codec = new PacketCodec(other)
  VECTORS.forEach(({ name, encoded, decoded }, at) => {
    // The vector's octets with the other profile's types, code and CRC order put in by hand.
    const packet = new Uint8Array(encoded)
    packet[0] = packet[8] = encoded[0]! + 0x10
    packet.set([0xa0, at + 1], 18)
    new DataView(packet.buffer).setUint32(packet.length - 4, crc32(packet.subarray(0, -4)), false)
    t.strictSame(codec.decode(packet), decoded, `decodes ${name}`)
    t.strictSame(codec.encode(decoded), packet, `encodes ${name}`)
    t.equal(refusal(packet)?.reason, 'packetType', 'the reference profile does not know it')
    t.equal(refusal(encoded, codec)?.reason, 'packetType', 'nor the other way round')
  })
  t.equal(codec.profile, other)
})

t.test('reference profile 1 has the values of the protocol [protocol 1, 2]', async (t) => {
  t.strictSame(REFERENCE_1, {
    name: 'reference-1',
    packetTypes: { protocol: 1, unicastData: 2, multicastData: 3 },
    commands: {
      REQUEST: 0x5201,
      RESPONSE: 0x5301,
      RESOURCE: 0x5202,
      ROUND_END: 0x5203,
      COUNT_REPORT: 0x5204,
      MISSING: 0x5205,
      PROGRESS: 0x5206,
    },
    crcOrder: 'least-significant-first',
    udpPort: 28200,
    etherType: 0x88b5,
  })
})

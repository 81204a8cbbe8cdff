import { isDeepStrictEqual } from 'node:util'
import { crc32 } from 'node:zlib'
import * as fc from 'fast-check'
import t from 'tap'
import {
  DecodeError,
  PacketCodec,
  PacketView,
  REFERENCE_1,
  type Message,
  type Packet,
  type WireProfile,
} from '../../../sdk/wire/index.js'
import { LAYOUTS } from '../../../sdk/wire/layout.js'
import { holds } from '../property.js'
import { anyPacket } from './arbitraries.js'
import { VECTORS } from './vectors.js'

const VENDOR: WireProfile = {
  ...REFERENCE_1,
  packetTypes: { protocol: 0x11, unicastData: 0x05, multicastData: 0x7f },
  commands: { ...REFERENCE_1.commands, RESOURCE: 0, PROGRESS: 0xffff },
  crcOrder: 'most-significant-first',
}
const WIRES = [REFERENCE_1, VENDOR].map((profile) => ({
  codec: new PacketCodec(profile),
  view: new PacketView(profile),
}))

/** Every field that the view gives, as the plain codec gives a packet. */
function allOf(view: PacketView): Packet {
  const { destination, source, label } = view
  const lazy = view.message as unknown as Readonly<Record<string, unknown>>
  const names = ['type', 'exchange', 'converterNumber', ...Object.keys(LAYOUTS[view.message.type])]
  const message = Object.fromEntries(names.map((name) => [name, lazy[name]])) as unknown as Message
  return { destination, source, message, ...(label !== undefined && { label }) }
}

/** The plain codec's packet, or its reason for refusing; nothing but a DecodeError may escape it. */
function plainly(codec: PacketCodec, octets: Uint8Array): Packet | string {
  try {
    return codec.decode(octets)
  } catch (error) {
    if (error instanceof DecodeError) return error.reason
    throw error
  }
}

const lazily = (view: PacketView, octets: Uint8Array): Packet | string => view.look(octets) ?? allOf(view)

for (const { name, encoded, decoded } of VECTORS) {
  t.test(`a view reads the vector ${name} [protocol 4]`, async (t) => {
    const view = new PacketView()
    t.equal(view.look(encoded), undefined)
    t.strictSame(allOf(view), decoded)
  })
}

t.test(
  'a view reads every field of any packet as the plain codec does, at any offset of a buffer [protocol 1, 2]',
  (t) => {
    holds(
      t,
      fc.property(fc.constantFrom(...WIRES), anyPacket, fc.nat(7), ({ codec, view }, packet, offset) => {
        const room = new Uint8Array(2048)
        const octets = codec.encode(packet)
        room.set(octets, offset)
        return isDeepStrictEqual(lazily(view, room.subarray(offset, offset + octets.length)), packet)
      }),
      1000,
    )
    t.end()
  },
)

t.test('a view refuses what the plain codec refuses, for the same reason, and never throws [protocol 1]', (t) => {
  const flips = fc.array(fc.record({ at: fc.nat(1100), to: fc.nat(255) }), { maxLength: 3 })
  const cut = fc.option(fc.nat(1100), { nil: undefined })
  holds(
    t,
    fc.property(
      fc.constantFrom(...WIRES),
      anyPacket,
      flips,
      cut,
      fc.boolean(),
      (wire, packet, flips, cut, mendsCrc) => {
        const octets = wire.codec.encode(packet).slice(0, cut)
        for (const { at, to } of flips) if (at < octets.length) octets[at] = to
        if (mendsCrc && octets.length > 4) {
          const isLittle = wire.codec.profile.crcOrder === 'least-significant-first'
          new DataView(octets.buffer).setUint32(octets.length - 4, crc32(octets.subarray(0, -4)), isLittle)
        }
        return isDeepStrictEqual(lazily(wire.view, octets), plainly(wire.codec, octets))
      },
    ),
    3000,
  )
  holds(
    t,
    fc.property(fc.constantFrom(...WIRES), fc.uint8Array({ maxLength: 1100 }), ({ codec, view }, octets) =>
      isDeepStrictEqual(lazily(view, octets), plainly(codec, octets)),
    ),
    1000,
  )
  t.end()
})

t.test('a view refuses each unreadable message for the reason of the plain codec [protocol 1, 2]', async (t) => {
  const { codec, view } = WIRES[0]!
  const broken = (type: string, at: number, octets: readonly number[]): Uint8Array => {
    const copy = VECTORS.find(({ decoded }) => decoded.message.type === type)!.encoded.slice()
    copy.set(octets, at)
    new DataView(copy.buffer).setUint32(copy.length - 4, crc32(copy.subarray(0, -4)), true)
    return copy
  }
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ['version', broken('PROGRESS', 20, [2])],
    ['command', broken('PROGRESS', 18, [0x53, 0x02])],
    ['command', broken('PROGRESS', 18, [0x52, 0x05])],
    ['field', broken('PROGRESS', 22, [0, 0, 0, 0])],
    ['field', broken('RESPONSE', 34, [0, 9])],
    ['field', broken('COUNT_REPORT', 34, [0, 3])],
    ['packetType', broken('PROGRESS', 8, [2])],
  ]
  for (const [reason, octets] of cases) {
    t.equal(view.look(octets), reason)
    t.equal(plainly(codec, octets), reason)
  }
})

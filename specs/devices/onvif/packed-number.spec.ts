import * as fc from 'fast-check'
import t from 'tap'
import {
  MAX_PACKED_OCTETS,
  PackedReader,
  writePacked,
  writePackedSigned,
} from '../../../devices/onvif/packed-number.js'

const LARGEST = 2 ** 52 - 1

const CASES = [
  { write: writePacked, value: 0, octets: [0] },
  { write: writePacked, value: 127, octets: [127] },
  { write: writePacked, value: 128, octets: [128, 1] },
  { write: writePackedSigned, value: 0, octets: [0] },
  { write: writePackedSigned, value: -1, octets: [1] },
  { write: writePackedSigned, value: 63, octets: [126] },
  { write: writePackedSigned, value: 64, octets: [128, 1] },
  { write: writePackedSigned, value: -64, octets: [127] },
  { write: writePackedSigned, value: -65, octets: [129, 1] },
]

t.test(
  'writes a number in as few octets as it has sevens of bits, its sign, where it may have one, the lowest',
  (t) => {
    for (const { write, value, octets } of CASES) {
      const written = new Uint8Array(MAX_PACKED_OCTETS)
      const end = write(written, 0, value)
      t.same([...written.subarray(0, end)], octets, `${write.name} ${value}`)
    }
    t.end()
  },
)

t.test('reads what was written, up to the largest', (t) => {
  const value = fc.oneof(fc.maxSafeInteger(), fc.integer()).map((any) => any % (LARGEST + 1))
  const seed = Number(process.env['VIEWNET_SEED'] ?? 20_261_125)
  t.comment(`seed ${seed}`)
  fc.assert(
    fc.property(fc.array(value, { maxLength: 50 }), (random) => {
      const values = [...random, LARGEST, -LARGEST, 0]
      const octets = new Uint8Array(2 * values.length * MAX_PACKED_OCTETS)
      let end = 0
      for (const each of values) end = writePackedSigned(octets, writePacked(octets, end, Math.abs(each) * 2), each)
      const reader = new PackedReader()
      reader.moveTo(octets, 0)
      return values.every((each) => reader.read() === Math.abs(each) * 2 && reader.readSigned() === each)
    }),
    { seed },
  )
  t.end()
})

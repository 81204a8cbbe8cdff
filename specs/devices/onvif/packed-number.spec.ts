import * as fc from 'fast-check'
import t from 'tap'
import { MAX_PACKED_OCTETS, PackedReader, writePacked } from '../../../devices/onvif/packed-number.js'

const LARGEST = 2 ** 52 - 1

const CASES = [
  { value: 0, octets: [0] },
  { value: -1, octets: [1] },
  { value: 63, octets: [126] },
  { value: 64, octets: [128, 1] },
  { value: -64, octets: [127] },
  { value: -65, octets: [129, 1] },
]

t.test('writes a number in as few octets as it has sevens of bits, its sign the lowest', (t) => {
  for (const { value, octets } of CASES) {
    const written = new Uint8Array(MAX_PACKED_OCTETS)
    const end = writePacked(written, 0, value)
    t.same([...written.subarray(0, end)], octets, String(value))
  }
  t.end()
})

t.test('reads and copies what was written, up to the largest', (t) => {
  const value = fc.oneof(fc.maxSafeInteger(), fc.integer()).map((any) => any % (LARGEST + 1))
  const seed = Number(process.env['VIEWNET_SEED'] ?? 20_261_125)
  t.comment(`seed ${seed}`)
  fc.assert(
    fc.property(fc.array(value, { maxLength: 50 }), (random) => {
      const values = [...random, LARGEST, -LARGEST, 0]
      const octets = new Uint8Array(values.length * MAX_PACKED_OCTETS)
      let end = 0
      for (const each of values) end = writePacked(octets, end, each)
      const copy = new Uint8Array(end)
      const copied = new PackedReader(octets, 0, end)
      for (let at = 0; !copied.isAtEnd;) at = copied.copyTo(copy, at)
      const reader = new PackedReader(copy)
      return values.every((each) => reader.read() === each) && reader.isAtEnd
    }),
    { seed },
  )
  t.end()
})

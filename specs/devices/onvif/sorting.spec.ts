import * as fc from 'fast-check'
import t from 'tap'
import { sortInSteps } from '../../../devices/onvif/sorting.js'

function sorted<List>(steps: Generator<undefined, List>): [List, number] {
  for (let count = 0; ; count++) {
    const step = steps.next()
    if (step.done === true) return [step.value, count]
  }
}

t.test('sorts as an array does, whatever the number of runs, and keeps the order of equal ones', (t) => {
  const seed = Number(process.env['VIEWNET_SEED'] ?? 20_261_125)
  t.comment(`seed ${seed}`)
  const lengths = fc.constantFrom(0, 1, 2, 4095, 4096, 4097, 8192, 12_289, 30_000)
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 1000 }), fc.infiniteStream(fc.nat()), (length, kinds, numbers) => {
      const items = Array.from({ length }, (_, index) => ({ rank: numbers.next().value % kinds, index }))
      const [told] = sorted(sortInSteps<(typeof items)[number], typeof items>([...items], (a, b) => a.rank - b.rank))
      const expected = [...items].sort((a, b) => a.rank - b.rank)
      return told.every((item, index) => item === expected[index]) && told.length === length
    }),
    { seed, numRuns: 20 },
  )
  t.end()
})

t.test('does no more than a run between two steps', (t) => {
  const length = 200_000
  const codes = Float64Array.from({ length }, (_, index) => (index * 7919) % length)
  const [told, steps] = sorted(sortInSteps<number, Float64Array>(codes, (a, b) => a - b))
  t.ok(told.every((code, index) => code === index))
  // Each run is sorted in a step, and each merging of all of them, six of them, is as many.
  t.ok(steps >= (length / 4096) * 6, `${steps} steps`)
  t.end()
})

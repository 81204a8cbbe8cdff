import * as fc from 'fast-check'
import t from 'tap'
import { DueHeap, NOT_IN_HEAP, type Due } from '../../../sdk/exchange/due-heap.js'
import { holds } from '../property.js'

t.test('the first is always the earliest of those that are in, whatever is set, moved and removed', (t) => {
  const step = fc.record({ member: fc.nat(15), dueAtMs: fc.option(fc.nat(20), { nil: undefined }) })
  holds(
    t,
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const members = Array.from({ length: 16 }, (): Due => ({ dueAtMs: Infinity, heapAt: NOT_IN_HEAP }))
      const heap = new DueHeap<Due>()
      const expected = new Map<Due, number>()
      return steps.every(({ member: at, dueAtMs }) => {
        const member = members[at]!
        if (dueAtMs === undefined) {
          heap.remove(member)
          expected.delete(member)
        } else {
          heap.set(member, dueAtMs)
          expected.set(member, dueAtMs)
        }
        const earliest = expected.size === 0 ? undefined : Math.min(...expected.values())
        return heap.first?.dueAtMs === earliest && (!heap.first || expected.has(heap.first))
      })
    }),
    1000,
  )
  t.end()
})

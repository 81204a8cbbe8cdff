import t from 'tap'
import { measure, type Sample } from '../../../harness/benchmark/figure.js'

/** Gives the values in turn; the first is the round that is thrown away. */
const series = (...values: readonly number[]): Sample => {
  let at = 0
  return () => values[at++] ?? Number.NaN
}

const about = { name: 'a figure', unit: 'ms', rounds: 5 }

t.test(
  'a ratio is that of the medians, its spread that of single rounds, and the first round is not counted',
  async (t) => {
    const figure = await measure({
      ...about,
      goal: { is: 'at most', ratio: 2.5 },
      ours: series(900, 20, 10, 30, 25, 15),
      baseline: series(900, 10, 10, 10, 20, 10),
    })
    t.strictSame(figure, {
      name: 'a figure',
      unit: 'ms',
      value: 20,
      baseline: 10,
      ratio: 2,
      goal: '≤ 2.5 ×',
      met: true,
      spread: [1, 3],
    })
  },
)

t.test('a missed goal is shown as missed', async (t) => {
  const figure = await measure({
    ...about,
    goal: { is: 'at least', ratio: 0.85 },
    ours: series(1, 8, 8, 8, 8, 8),
    baseline: series(1, 10, 10, 10, 10, 10),
  })
  t.match(figure, { ratio: 0.8, goal: '≥ 0.85 ×', met: false })
})

t.test('a difference is judged in its unit', async (t) => {
  const figure = await measure({
    ...about,
    unit: 'MB',
    goal: { is: 'at most', difference: 48 },
    ours: series(1, 100, 101, 102, 103, 104),
    baseline: series(1, 60, 60, 60, 60, 60),
  })
  t.match(figure, { value: 102, baseline: 60, goal: '≤ 48 MB more', met: true, spread: [40, 44] })
})

t.test('a value without a baseline is judged alone', async (t) => {
  const goal = { is: 'at most', value: 0 } as const
  const figure = await measure({ ...about, unit: 'wake-ups', goal, ours: series(3, 0, 0, 0, 0, 0) })
  t.match(figure, { value: 0, baseline: null, ratio: null, goal: '≤ 0 wake-ups', met: true, spread: [0, 0] })
})

t.test('a family compares its dearest member with its cheapest', async (t) => {
  const figure = await measure({
    ...about,
    goal: { is: 'at most', ratio: 1.25 },
    members: [series(0, 10, 10, 10, 10, 10), series(0, 12, 13, 13, 13, 14), series(0, 11, 11, 11, 11, 11)],
  })
  t.match(figure, { value: 13, baseline: 10, ratio: 1.3, met: false, spread: [1.2, 1.4] })
})

t.test(
  'what cannot be measured is skipped with its reason, neither met nor missed, and what it opened is closed',
  async (t) => {
    let closed = 0
    const figure = await measure({
      ...about,
      goal: { is: 'at least', ratio: 1 },
      unavailable: () => 'koffi is not installed',
      ours: () => Promise.reject(new Error('nothing is measured')),
      close: () => void closed++,
    })
    t.match(figure, {
      value: null,
      baseline: null,
      ratio: null,
      met: null,
      spread: null,
      skipped: 'koffi is not installed',
    })
    t.equal(closed, 1)
  },
)

t.test('a figure that breaks is missed and says why, and what it opened is closed', async (t) => {
  let closed = 0
  const figure = await measure({
    ...about,
    goal: { is: 'at least', ratio: 1 },
    ours: () => Promise.reject(new Error('the exchange ended abandoned')),
    close: () => void closed++,
  })
  t.match(figure, { value: null, ratio: null, met: false, failed: 'the exchange ended abandoned' })
  t.notOk('skipped' in figure)
  t.equal(closed, 1)
})

import t from 'tap'
import { certified } from './certified.js'

const CASES = ['loss-10', 'loss-30', 'loss-50', 'reordered', 'duplicated', 'corrupted', 'slow']

t.test(
  'a good converter stands every bad path, and the evidence tells that the path was bad [issue 6, Cases]',
  async (t) => {
    const { verdict, why, cases } = await certified(t.testdir({}), ['reach', 'list', ...CASES], { recordings: 80 })
    t.equal(`${verdict} ${why}`, 'pass ')
    for (const { id, outcome, measurements } of cases.slice(2)) {
      t.equal(outcome, 'pass', id)
      const harmed = measurements.filter(({ name, value }) => /dropped|on the path/.test(name) && value > 0)
      t.ok(harmed.length > 0, `${id}: packets met their fate`)
      for (const { value, limit } of measurements) if (limit === '≥ 1') t.ok(value >= 1)
    }
  },
)

import t from 'tap'
import type { CertificationCase } from '../../../harness/certification/index.js'
import { casesNamed, certified } from './certified.js'

/** The endpoint has everything and says so, and nothing of that arrives: the converter goes on saying that the round is over, for five seconds. */
const unheard: CertificationCase = {
  id: 'unheard',
  title: 'the converter never hears how its exchange ended',
  async run({ exchange }) {
    await exchange({ outgoing: { spared: ['REQUEST'], dropRatio: 1 } })
    return { outcome: 'pass', measurements: [], why: '' }
  },
}

void t.test(
  'an exchange that outlives its case disturbs no later one: neither its evidence nor its losses',
  async (t) => {
    const [reach, list, clean, lossFull, ...rest] = casesNamed(['reach', 'list', 'clean', 'loss-full'])
    t.same(rest, [])
    const cases = [reach!, list!, unheard, clean!, lossFull!]
    const [with1, with2] = [
      await certified(t.testdir({}), [], { cases }),
      await certified(t.testdir({}), [], { cases }),
    ]
    t.same(
      with1.cases.map(({ id, outcome, why }) => `${id} ${outcome}${why}`),
      ['reach pass', 'list pass', 'unheard pass', 'clean pass', 'loss-full pass'],
    )
    t.same(with1.counts, with2.counts, 'what is lost follows from the seed alone')
  },
)

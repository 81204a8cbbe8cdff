import t from 'tap'
import { flakeScore } from '../../../harness/history/index.js'
import type { RunVerdict } from '../../../harness/report/index.js'

const verdicts = (passes: number, fails: number, untested = 0): RunVerdict[] => [
  ...Array<RunVerdict>(passes).fill('pass'),
  ...Array<RunVerdict>(fails).fill('fail'),
  ...Array<RunVerdict>(untested).fill('could-not-test'),
]

const rounded = (score: ReturnType<typeof flakeScore>): readonly number[] =>
  score ? [score.score, score.low, score.high].map((value) => Math.round(value * 1000) / 1000) : []

void t.test('scores the rarer verdict, with its Wilson interval', async (t) => {
  t.same(rounded(flakeScore(verdicts(10, 0))), [0, 0, 0.278], 'Wilson: 0 of 10 is up to 27.8 %')
  t.same(rounded(flakeScore(verdicts(0, 10))), [0, 0, 0.278], 'a device that always fails is broken, not flaky')
  t.same(rounded(flakeScore(verdicts(9, 1))), [0.1, 0.018, 0.404], 'Wilson: 1 of 10 is 1.8 % to 40.4 %')
  t.same(rounded(flakeScore(verdicts(5, 5))), [0.5, 0.237, 0.5])
})

void t.test('says nothing where nothing was tested', async (t) => {
  t.equal(flakeScore([]), undefined)
  t.equal(flakeScore(verdicts(0, 0, 3)), undefined)
  t.equal(flakeScore(verdicts(1, 0, 3))?.runs, 1)
})

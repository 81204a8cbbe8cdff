import { readFile, writeFile } from 'node:fs/promises'
import t from 'tap'
import { inCheckout } from '../../checkout.js'
import { describeTransitions } from '../../../sdk/exchange/describe-transitions.js'
import { TRANSITIONS } from '../../../sdk/exchange/index.js'

const PAGE = inCheckout('docs/exchange.md')
/** Ends what people write; what follows is drawn from the table. */
const MARK = '-->\n\n'

t.test('docs/exchange.md says what the transition table says', async (t) => {
  const page = await readFile(PAGE, 'utf8')
  const drawnAt = page.indexOf(MARK) + MARK.length
  t.ok(drawnAt >= MARK.length, 'the page has its mark')
  // tap's own switch for writing what a spec would otherwise compare.
  if (process.env['TAP_SNAPSHOT'] === '1') await writeFile(PAGE, page.slice(0, drawnAt) + describeTransitions())
  else
    t.equal(
      page.slice(drawnAt),
      describeTransitions(),
      'else: npm test -- --snapshot dist/specs/sdk/exchange/exchange-page.spec.js',
    )
})

t.test('the description has every row and every state of the table', async (t) => {
  const description = describeTransitions()
  for (const { from, on, to } of TRANSITIONS) {
    t.match(description, new RegExp(`^\\| ${from} \\| ${on} \\|.*\\| ${to} \\|$`, 'm'), `${from}, ${on}`)
    t.match(description, new RegExp(`^  ${from} --> ${to}: .*\\b${on}\\b`, 'm'), `${from} → ${to} in the diagram`)
  }
})

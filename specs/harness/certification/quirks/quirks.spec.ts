import { readFile, writeFile } from 'node:fs/promises'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import t from 'tap'
import { NAIVE_DRIVER, QUIRKS, type QuirkName } from 'viewnet/devices/simulated'
import { inCheckout } from '../../../checkout.js'
import { certifyQuirk, expectedVerdict, type QuirkTrial } from './certified-quirk.js'
import { KNOWN_BEHAVIOURS } from './known-behaviours.js'
import { behaviourTable, quirkPage, quirkSection, sectionsOf } from './quirk-page.js'

const PAGE = inCheckout('docs/quirks.md')
const NAMES = Object.keys(QUIRKS) as QuirkName[]
/** `npm run quirks`: all of them. */
const WRITES = process.env['WRITE_PAGES'] === '1'
const SAMPLE = 4
const MAX_NAIVE_LINES = 3

/** Different ones at every run, the same for the same seed. */
function sampleOf(seed: number): readonly QuirkName[] {
  const random = xoroshiro128plus(seed)
  const left = [...NAMES]
  return Array.from({ length: SAMPLE }, () => left.splice(uniformInt(random, 0, left.length - 1), 1)[0]!)
}

const seed = Number(process.env['VIEWNET_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const trials: QuirkTrial[] = []

for (const quirk of WRITES ? NAMES : sampleOf(seed)) {
  t.test(`certification of ${quirk} concludes what it must, for the right reason`, { timeout: 120_000 }, async (t) => {
    t.comment(`seed ${seed}`)
    const trial = await certifyQuirk(quirk)
    trials.push(trial)
    const said = JSON.stringify(trial.cases)
    t.equal(trial.verdict, expectedVerdict(trial), said)
    if (trial.expectedFailure === undefined) {
      t.equal(trial.listed, trial.trueCount)
      t.ok(trial.trueCount > 0, 'a list of nothing proves nothing')
      return
    }
    // The device that cannot be listed fails where it is listed, or where it says that it cannot be.
    const first = trial.cases.find(({ outcome }) => outcome !== 'pass')
    t.match(first?.id, quirk === 'no-search' ? 'reach' : 'list', said)
    t.match(first?.why, quirk === 'no-search' ? /search service/ : /GetEventSearchResults/, said)
    t.notOk(
      trial.cases.some(({ id, outcome }) => id === 'clean' && outcome === 'pass'),
      'nothing is converted',
    )
  })
}

t.test('the page of the quirks is current: npm run quirks', async (t) => {
  if (WRITES) await writeFile(PAGE, quirkPage(trials))
  const page = await readFile(PAGE, 'utf8')
  t.ok(page.includes(behaviourTable()), 'the table of what is known of real recorders')
  const sections = sectionsOf(page)
  t.same([...sections.keys()], NAMES, 'every quirk has its part, in order')
  for (const [name, section] of sections) {
    t.ok(section.includes(QUIRKS[name as QuirkName]), `${name}: what it does`)
    for (const line of NAIVE_DRIVER[name as QuirkName]) t.ok(section.includes(line), `${name}: ${line}`)
  }
  for (const trial of trials) t.equal(sections.get(trial.quirk), quirkSection(trial).trimEnd(), trial.quirk)
})

t.test('every quirk says what goes wrong in a naive driver, in a few short lines', async (t) => {
  for (const [name, lines] of Object.entries(NAIVE_DRIVER)) {
    t.ok(lines.length >= 1 && lines.length <= MAX_NAIVE_LINES && lines.every((line) => line.length <= 130), name)
  }
})

t.test('every quirk is of a known behaviour, and every spec that shows one is there', async (t) => {
  const behaviours = Object.values(KNOWN_BEHAVIOURS).flat()
  const named = new Set(behaviours.flatMap(({ quirks = [] }) => quirks))
  t.same(
    NAMES.filter((name) => !named.has(name)),
    [],
    'quirks of no behaviour',
  )
  for (const { what, quirks = [], specs = [] } of behaviours) {
    t.ok(quirks.length + specs.length > 0, `${what}: something shows it`)
    for (const [file, title] of specs) {
      const source = await readFile(inCheckout(`specs/${file}.spec.ts`), 'utf8')
      t.ok(source.includes(title), `${file}: ${title}`)
    }
  }
})

import { NAIVE_DRIVER, QUIRKS } from 'viewnet/devices/simulated'
import type { QuirkTrial } from './certified-quirk.js'
import { KNOWN_BEHAVIOURS, type KnownBehaviour } from './known-behaviours.js'

const INTRODUCTION = `# Quirks: how real recorders behave, and what certification says of each

Each is a way of real recorders that \`viewnet simulate onvif --quirks NAME,…\` has on demand. For each: what certification (the cases reach, identify, list,
count-agrees and clean, over real sockets) concludes of a recorder of 60 resources and 3 channels that has it, and why; then what goes wrong in a driver that
knows only the specification.

A quirk with which the recordings can be listed has to **pass**, with exactly the resources that the recorder holds. One with which they cannot is a **fail**
where the device answered unusably, and **could-not-test** where it fell silent, which may as well be the network's fault; it never passes. \`npm run quirks\`
certifies every quirk and writes this page anew; the specs certify a sample at every run and compare.
`

/** The rule between the introduction and the quirks, by which one quirk's part is found again. */
const heading = (name: string): string => `## ${name}`

/** Write docs/quirks.md. */
export function quirkPage(trials: readonly QuirkTrial[]): string {
  const count = (verdict: string): number => trials.filter((trial) => trial.verdict === verdict).length
  const summary = `${trials.length} quirks: ${count('pass')} pass, ${count('fail')} fail, ${count('could-not-test')} could not be tested.\n`
  return [INTRODUCTION, summary, behaviourTable(), ...trials.map(quirkSection)].join('\n')
}

/** The part of the page that tells what is known of real recorders, and what shows that it is survived. */
export function behaviourTable(): string {
  const rows = Object.entries(KNOWN_BEHAVIOURS).flatMap(([part, behaviours]) =>
    behaviours.map((behaviour, index) => behaviourRow(index === 0 ? part : '', behaviour)),
  )
  return [
    'What is known of real recorders, the quirk that has it, and the specs that show more of it than listing and certifying that quirk does:',
    '',
    '| | behaviour | quirk | specs |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

function behaviourRow(part: string, { what, quirks = [], specs = [] }: KnownBehaviour): string {
  const links = quirks.map((quirk) => `[${quirk}](#${quirk})`)
  const titles = specs.map(([file, title]) => `${file.slice(file.lastIndexOf('/') + 1)}: ${title}`)
  return `| ${part} | ${what} | ${links.join(', ')} | ${titles.join('; ')} |`
}

/** One quirk's part of the page. */
export function quirkSection({ quirk, verdict, cases, listed, trueCount }: QuirkTrial): string {
  const naive = NAIVE_DRIVER[quirk].map((line) => `- ${line}`)
  return [
    heading(quirk),
    '',
    QUIRKS[quirk],
    '',
    `**${verdict}**: ${verdict === 'pass' ? `all ${listed} of ${trueCount} resources are listed and converted` : reasons(cases)}.`,
    '',
    'A naive driver',
    '',
    ...naive,
    '',
  ].join('\n')
}

/** The parts of a page by quirk. */
export function sectionsOf(page: string): ReadonlyMap<string, string> {
  const [, ...sections] = page.split(/^(?=## )/m)
  return new Map(sections.map((section) => [section.slice(3, section.indexOf('\n')), section.trimEnd()]))
}

/** Each reason once, with the cases that came to it. */
function reasons(cases: QuirkTrial['cases']): string {
  const byReason = new Map<string, string[]>()
  for (const { id, outcome, why } of cases) {
    const said = `${outcome}${why === '' ? '' : `, ${why}`}`
    byReason.set(said, [...(byReason.get(said) ?? []), `\`${id}\``])
  }
  return [...byReason].map(([said, ids]) => `${ids.join(', ')} ${said}`).join('; ')
}

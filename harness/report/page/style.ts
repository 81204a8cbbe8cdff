/** What a colour is for. Pairs `x` and `x-soft`: text or mark, and the ground behind it. */
type Palette = Readonly<Record<string, string>>

const LIGHT: Palette = {
  paper: '#f4f6f9',
  card: '#ffffff',
  ink: '#171b22',
  muted: '#586273',
  line: '#dce1e9',
  pass: '#0f7347',
  'pass-soft': '#e0f3e8',
  fail: '#b71f2c',
  'fail-soft': '#fbe6e7',
  unsure: '#875600',
  'unsure-soft': '#faefd5',
  idle: '#636d7c',
  'idle-soft': '#ebeef2',
  converter: '#2353c4',
  endpoint: '#0a6f83',
  again: '#7636bd',
  band: '#eef2f9',
}

const DARK: Palette = {
  paper: '#0f1216',
  card: '#181c22',
  ink: '#e6e9ee',
  muted: '#9ba5b4',
  line: '#2c333d',
  pass: '#5fd39a',
  'pass-soft': '#12352a',
  fail: '#ff8a8f',
  'fail-soft': '#43191d',
  unsure: '#f0be5c',
  'unsure-soft': '#3a2c10',
  idle: '#98a2b1',
  'idle-soft': '#242a32',
  converter: '#85aaff',
  endpoint: '#5fcadf',
  again: '#c39bff',
  band: '#1f2530',
}

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(';')
}

/** `.x { … }` for each tone, from one pattern. */
function tones(rule: (tone: string) => string): string {
  return ['pass', 'fail', 'unsure', 'idle'].map(rule).join('\n')
}

const SANS = `ui-sans-serif, system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Noto Sans', 'Noto Sans SC', sans-serif`
const MONO = `ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace`

const PAGE = `
* { box-sizing: border-box }
html { font: 15px/1.5 ${SANS}; background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100% }
body { margin: 0; overflow-wrap: anywhere }
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem }
section { margin-top: 2.5rem }
h1, h2, h3, p, ul, ol, dl, figure { margin: 0; padding: 0 }
ul, ol { list-style: none }
h1 { font-size: 1.35rem; line-height: 1.25; font-weight: 650 }
h2 { font-size: 1.15rem; font-weight: 650; margin-bottom: .8rem }
h3 { font-size: 1rem; font-weight: 650; line-height: 1.35 }
a { color: inherit; text-decoration-color: var(--muted); text-underline-offset: .15em }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--converter); outline-offset: 2px }
code, kbd, .mono { font-family: ${MONO}; font-size: .87em }
.small { font-size: .85rem; color: var(--muted) }
.lead { color: var(--muted); max-width: 46rem; margin: -.4rem 0 1rem }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.1rem; break-inside: avoid }
.edge { border-left-width: 5px }
${tones((tone) => `.edge.${tone} { border-left-color: var(--${tone}) }`)}
.why { margin-top: .4rem; max-width: 60rem }
.mark { display: inline-grid; place-items: center; width: 1.45em; height: 1.45em; border-radius: 50%; font-size: .82em; font-weight: 700; line-height: 1; flex: none }
${tones((tone) => `.mark.${tone}, .word.${tone} { color: var(--${tone}); background: var(--${tone}-soft) }`)}
.word { display: inline-block; border-radius: 99px; padding: .05rem .6rem; font-size: .85rem; font-weight: 650; white-space: nowrap }
`

const MASTHEAD = `
.masthead { background: var(--card); border: 1px solid var(--line); border-top: 6px solid; border-radius: 12px; padding: 1.2rem 1.4rem 1.3rem }
${tones((tone) => `.masthead.${tone} { border-top-color: var(--${tone}) } .masthead.${tone} .verdict strong { color: var(--${tone}) }`)}
.masthead .kind { color: var(--muted); font-size: .85rem; letter-spacing: .02em }
.verdict { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem 1rem; margin: .1rem 0 .5rem }
.verdict strong { font-size: 2.6rem; line-height: 1.1; font-weight: 750; letter-spacing: -.02em }
.verdict span { color: var(--muted) }
.masthead .why { border-left: 3px solid var(--line); padding-left: .8rem; margin: .6rem 0 }
.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: .7rem 1.5rem; margin-top: 1.1rem; padding-top: 1rem; border-top: 1px solid var(--line) }
dt { font-size: .8rem; color: var(--muted) }
dd { margin: 0 }
.tally { margin-top: .9rem }
.tally-bar { display: flex; gap: 2px; height: 8px; border-radius: 4px; overflow: hidden }
.tally-bar span { min-width: 4px }
${tones((tone) => `.tally-bar .${tone}, .pips .${tone} { background: var(--${tone}) }`)}
.tally ul { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; margin-top: .5rem; font-size: .92rem }
`

const NIGHT = `
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); gap: .8rem }
.cards h3 { display: flex; flex-wrap: wrap; gap: .3rem .6rem; align-items: baseline }
.attempts { margin-top: .6rem; display: grid; gap: .35rem }
.attempts p { margin-left: 1.7rem }
.again { margin-top: .6rem }
.flake { margin-top: .7rem }
.wall { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .6rem }
.tile { border-radius: 10px; border: 1px solid var(--line); border-top: 4px solid; background: var(--card); break-inside: avoid }
${tones((tone) => `.tile.${tone} { border-top-color: var(--${tone}) }`)}
.tile.fail { background: var(--fail-soft) } .tile.unsure { background: var(--unsure-soft) }
${['fail', 'unsure'].map((tone) => `.tile.${tone} .mark { background: var(--${tone}); color: var(--${tone}-soft) }`).join('\n')}
.tile a { display: flex; flex-direction: column; gap: .1rem; height: 100%; padding: .6rem .75rem; text-decoration: none }
.tile a:hover b { text-decoration: underline }
.tile-head { display: flex; justify-content: space-between; align-items: center; margin-bottom: .2rem }
.tile b, .tile-name { line-height: 1.3; font-weight: 650 }
.number { font-family: ${MONO}; font-size: .8rem; font-weight: 400 } .number b { font-size: .95rem; font-weight: 700 }
.clamped { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden }
.tile .small { line-height: 1.35 }
.tile.fail .small, .tile.unsure .small { color: inherit; opacity: .85 }
.tile-foot { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 .6rem; margin-top: auto; padding-top: .35rem; font-variant-numeric: tabular-nums }
.pips { display: inline-flex; gap: 3px } .pips i { width: 8px; height: 8px; border-radius: 50% }
.course { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .5rem 1rem .7rem }
.course-row { display: grid; grid-template-columns: minmax(0, 15rem) minmax(0, 1fr) 5.6rem; gap: .8rem; align-items: center; padding: .12rem 0; break-inside: avoid; scroll-margin: 40vh }
.course-row:target { background: var(--band); outline: .3rem solid var(--band) }
.course-row + .course-row { border-top: 1px solid var(--line) }
.course-row .small:last-child { text-align: right; font-variant-numeric: tabular-nums }
.course-name { display: flex; gap: .5rem; align-items: center; min-width: 0 }
.course-name bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.trends + .trends { margin-top: 1.4rem } .trends h3 { margin-bottom: .5rem }
.trend-grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .8rem }
.trend { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: .7rem .9rem; break-inside: avoid }
.trend figcaption b { white-space: nowrap }
.trend figcaption span b { white-space: normal }
.trend figcaption { display: flex; justify-content: space-between; gap: .6rem }
`

const DRAWING = `
svg { display: block; overflow: visible }
svg text { font: 12px ${SANS}; fill: var(--muted) }
.axis { stroke: var(--line); stroke-width: 2 }
.grid { stroke: var(--line); stroke-width: 1 }
.whisker { stroke: var(--muted); stroke-width: 4; stroke-linecap: round; opacity: .55 }
.curve { fill: none; stroke: var(--converter); stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round }
.last { fill: var(--converter); stroke: var(--card); stroke-width: 1.5 }
${tones((tone) => `.bar.${tone} { fill: var(--${tone}) }`)}
a:hover .bar { opacity: .75 }
`

const RUN = `
.failures, .exchanges { display: grid; grid-template-columns: minmax(0, 1fr); gap: .9rem }
.finding { margin-top: .9rem; padding-top: .8rem; border-top: 1px solid var(--line) }
.contrast { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .15rem .8rem; margin: .4rem 0 .6rem }
.contrast dt { line-height: 1.75 }
.contrast dd { font-family: ${MONO}; font-size: .87rem; line-height: 1.6 }
.packets { font-size: .87rem; font-variant-numeric: tabular-nums; margin-bottom: .3rem }
.packets b { font-weight: 600 }
.again-line { margin: -.3rem 0 .9rem }
.command { background: var(--idle-soft); border-radius: 5px; padding: .15rem .45rem; box-decoration-break: clone; -webkit-box-decoration-break: clone; color: var(--ink) } .command span { display: inline-block; max-width: 100% }
.cases { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); gap: .8rem }
.cases .card, .tile { scroll-margin: 1rem }
.card:target { outline: 2px solid var(--converter) }
.cases h3 .word { margin-right: .3rem }
.measured { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.2rem, 1fr)); gap: .55rem 1rem; margin-top: .8rem; font-variant-numeric: tabular-nums }
.measured .marginal b, .tile .marginal { color: var(--unsure); font-weight: 650 }
.gauge { margin-top: .2rem } .gauge-room { fill: var(--idle-soft) } .gauge-fill { fill: var(--idle) } .gauge-over { fill: var(--fail) }
.course-row.lanes { grid-template-columns: minmax(0, 9rem) minmax(0, 1fr) }
.powered { fill: var(--pass); opacity: .55 }
.event { fill: var(--idle); stroke: var(--card); stroke-width: 1 }
.legend { margin-top: .4rem } .legend i { display: inline-block; width: .7em; height: .7em; border-radius: 50%; margin: 0 .2em 0 .7em } .legend i.on { background: var(--pass) } .legend i.off { background: var(--idle) } .legend i.boot { background: var(--converter) } .legend i.panic { background: var(--fail) }
.event.on, .event.ready { fill: var(--pass) } .event.off { fill: var(--idle) } .event.boot { fill: var(--converter) } .event.panic, .event.error { fill: var(--fail) }
.lines { font-size: .82rem; margin-top: .5rem } .lines .at { display: inline-block; min-width: 5.5rem; color: var(--muted) } .lines .panic, .lines .error { color: var(--fail) }
.times .course-name { flex-wrap: wrap; gap: 0 .5rem } .time-bar { fill: var(--converter) }
details { margin-top: .7rem } summary { cursor: pointer; color: var(--muted); font-size: .92rem } details[open] > summary { margin-bottom: .5rem }
.recovery { margin-top: .8rem }
.band { fill: var(--band) } .goal { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 5 4 }
.ground { fill: var(--converter); opacity: .1 } .drop { fill: var(--fail) }
.key { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .15em 0 .6em; vertical-align: -.05em } .key:first-child { margin-left: 0 }
.curve-key { background: var(--converter) } .drop-key { background: var(--fail) }
.ladder { font-size: .86rem }
.rung { display: grid; grid-template-columns: 3.8rem minmax(0, 22rem) minmax(0, 1fr); gap: 0 .9rem; align-items: center; min-height: 22px; break-inside: avoid }
.rung .at, .rung-head > span:first-child { text-align: right; color: var(--muted); font-variant-numeric: tabular-nums; font-size: .8rem }
.rung.odd { background: var(--band) }
.ends { display: flex; justify-content: space-between } .ends .converter { color: var(--converter) } .ends .endpoint { color: var(--endpoint) }
.round-band { font-size: .78rem; font-weight: 650; color: var(--muted); padding: .35rem 0 .15rem 4.7rem }
.says b { font-weight: 600 } .says i { font-style: normal; font-weight: 650; color: var(--fail) } .rules { margin-left: .5em; font-weight: 650; color: var(--fail) } .note { color: var(--muted) }
.life { stroke: var(--line); stroke-width: 2 }
.rung.converter { --way: var(--converter) } .rung.endpoint { --way: var(--endpoint) } .rung.again { --way: var(--again) } .rung.dropped, .rung.rejected, .rung.corrupted { --way: var(--fail) }
.shaft { stroke: var(--way); stroke-width: 1.5 } .shaft.many { stroke-width: 3 } .again .shaft { stroke-dasharray: 6 4 } .mixed .shaft { stroke-dasharray: 2 3 } .dropped .shaft { stroke-dasharray: none }
.head, .tail { fill: var(--way) } .cross { stroke: var(--fail); stroke-width: 2.2; fill: none }
.rung.accused { background: var(--fail-soft); box-shadow: inset 4px 0 var(--fail) }
footer { margin-top: 2.5rem; display: grid; gap: .5rem }
`

const NARROW = `
@media (max-width: 34rem) {
  main { padding: .75rem .75rem 3rem }
  .masthead { padding: 1rem 1rem 1.1rem }
  .verdict strong { font-size: 2.1rem }
  .facts { grid-template-columns: minmax(0, 1fr); gap: .35rem }
  .facts > div { display: grid; grid-template-columns: 6.6rem minmax(0, 1fr); gap: .8rem; align-items: baseline }
  .wall { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .45rem }
  .tile a { padding: .4rem .6rem .45rem } .tile b { font-size: .93rem }
  .wall.dense { grid-template-columns: repeat(3, minmax(0, 1fr)) } .wall.dense .tile-name + .small { display: none }
  .wall.dense .number { font-size: .58rem } .wall.dense .number b { display: block }
  .course-row { grid-template-columns: minmax(0, 1fr) auto; gap: .1rem .8rem }
  .course-row svg { grid-column: 1 / -1; grid-row: 2 }
  .course-axis > span:first-child { display: none }
  .course-row.lanes { grid-template-columns: minmax(0, 1fr) }
  .rung { grid-template-columns: 3rem minmax(0, 1fr); padding: .15rem 0 }
  .rung .at, .rung-head > span:first-child { font-size: .72rem }
  .says { grid-column: 2; grid-row: 1; font-size: .8rem }
  .arrow { grid-column: 2; grid-row: 2 }
  .life { transform: scaleY(2.4); transform-origin: 0 22px }
  .round-band { padding-left: 3.9rem }
}
`

const PRINTED = `
@page { margin: 14mm }
@media print {
  :root { color-scheme: light }
  html { font-size: 10pt; background: #fff }
  main { max-width: none; padding: 0 }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact }
  h2, h3, summary { break-after: avoid }
  details::details-content { content-visibility: visible; display: block }
}
`

/** The style of every page. Printed pages are light, whatever the screen is. */
export const STYLE = `
:root { color-scheme: light dark; ${variables(LIGHT)} }
@media screen and (prefers-color-scheme: dark) { :root { ${variables(DARK)} } }
${PAGE}${MASTHEAD}${NIGHT}${RUN}${DRAWING}${NARROW}${PRINTED}`

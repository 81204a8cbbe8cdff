import t from 'tap'
import { STYLE } from '../../../harness/report/page/style.js'

/** WCAG 2.2, 1.4.3 (level AA): text against its ground. */
const LEAST_CONTRAST = 4.5

/** Every text of a page, and the grounds that it stands on. */
const TEXTS: readonly (readonly [text: string, ...grounds: string[]])[] = [
  ['ink', 'paper', 'card', 'band', 'fail-soft', 'unsure-soft', 'idle-soft'],
  ['muted', 'paper', 'card', 'band', 'fail-soft'],
  ['pass', 'card', 'pass-soft'],
  ['fail', 'card', 'fail-soft', 'band'],
  ['unsure', 'card', 'unsure-soft'],
  ['idle', 'card', 'idle-soft'],
  ['converter', 'card'],
  ['endpoint', 'card'],
]

/** The colours of the light and of the dark page. */
const palettes = [...STYLE.matchAll(/:root \{[^{}]*\}/g)]
  .map(
    ([rule]) => new Map([...rule.matchAll(/--([\w-]+):(#[\da-f]{6})/g)].map(([, name = '', hex = '']) => [name, hex])),
  )
  .filter((palette) => palette.size > 0)

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

t.test('every text can be read on its ground, in light and in dark [WCAG 2.2, 1.4.3; issue 6, Reports]', (t) => {
  t.equal(palettes.length, 2)
  t.equal(Math.round(contrast('#000000', '#ffffff')), 21)
  for (const [index, palette] of palettes.entries()) {
    for (const [text, ...grounds] of TEXTS) {
      for (const ground of grounds) {
        const ratio = contrast(palette.get(text) ?? '', palette.get(ground) ?? '')
        t.ok(ratio >= LEAST_CONTRAST, `${index === 0 ? 'light' : 'dark'}: ${text} on ${ground} ${ratio.toFixed(2)}`)
      }
    }
  }
  t.end()
})

t.test('paper is white, whatever the screen is', (t) => {
  const print = STYLE.slice(STYLE.indexOf('@media print'))
  t.match(print, /:root \{ color-scheme: light \}/)
  t.match(print, /html \{[^}]*background: #fff/)
  t.match(STYLE, /@media screen and \(prefers-color-scheme: dark\)/, 'the dark colours are for screens alone')
  t.end()
})

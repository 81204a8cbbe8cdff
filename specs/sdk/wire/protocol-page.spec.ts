import { readFileSync } from 'node:fs'
import t from 'tap'
import { inCheckout } from '../../checkout.js'
import { CountVerdict, DecodeErrorCode, REFERENCE_1, ResponseStatus } from '../../../sdk/wire/index.js'
import { VECTORS } from './vectors.js'

const PAGE = inCheckout('docs/protocol.md')
const page = readFileSync(PAGE, 'utf8')

t.test('docs/protocol.md holds every test vector, so that a stranger has what we test with [protocol 4]', async (t) => {
  const hex = [...page.matchAll(/^[0-9a-f]{80,}$/gm)].map(([text]) => text)
  const expected = VECTORS.map(({ encoded }) => Buffer.from(encoded).toString('hex'))
  t.equal(hex.length, expected.length)
  hex.forEach((text, at) => {
    // The page shortens MISSING: the octets up to its only bit, and the CRC in words.
    if (text.length === expected[at]!.length) t.equal(text, expected[at])
    else t.ok(expected[at]!.startsWith(text) && page.includes(`\`${expected[at]!.slice(-8)}\``), 'MISSING')
  })
})

t.test('docs/protocol.md names every code of reference profile 1 [protocol 1, 2]', async (t) => {
  for (const [type, code] of Object.entries(REFERENCE_1.commands)) {
    t.match(page, new RegExp(`^\\| 0x${code.toString(16)} \\| ${type}\\b`, 'm'), type)
  }
  for (const code of Object.values(REFERENCE_1.packetTypes)) t.match(page, `| 0x0${code} | 0x8${code} |`)
  for (const code of Object.values(DecodeErrorCode)) t.match(page, `\`${code}\``)
  for (const [name, value] of Object.entries(CountVerdict)) t.match(page, `${value} ${name.toUpperCase()}`)
  for (const [name, value] of Object.entries(ResponseStatus)) {
    const written = name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
    t.match(page, `| ${value} | ${written} |`)
  }
})

t.test('docs/protocol.md says that it claims no interoperation', async (t) => {
  t.match(page.replaceAll('\n', ' '), 'It is not claimed to interoperate with any vendor')
})

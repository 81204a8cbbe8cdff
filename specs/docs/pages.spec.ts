import { readFile, readdir } from 'node:fs/promises'
import t from 'tap'
import { inCheckout } from '../checkout.js'
import { RULES } from '../../harness/verifier/index.js'

async function sources(folder: string): Promise<string> {
  const names = await readdir(inCheckout(folder), { recursive: true })
  const texts = await Promise.all(
    names.filter((name) => name.endsWith('.ts')).map((name) => readFile(inCheckout(folder, name), 'utf8')),
  )
  return texts.join('\n')
}

t.test('every error code has a row in docs/errors.md, and every row a code', async (t) => {
  const code = (await Promise.all(['sdk', 'devices', 'harness'].map(sources))).join('\n')
  const page = await readFile(inCheckout('docs/errors.md'), 'utf8')
  const codes = (text: string): string[] => [...new Set(text.match(/ERR_VIEWNET_[A-Z_]*[A-Z]/g))].sort()
  t.strictSame(codes(page), codes(code))
})

t.test('docs/evidence.md has the row of every rule, in the verifier’s own words', async (t) => {
  const page = await readFile(inCheckout('docs/evidence.md'), 'utf8')
  for (const { id, sentence, clause, blame } of RULES)
    t.ok(page.includes(`| \`${id}\` | ${sentence} | ${clause} | ${blame} |`), id)
})

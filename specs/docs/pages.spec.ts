import { existsSync } from 'node:fs'
import { readFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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

t.test('every link of README and docs points to something that is there', async (t) => {
  const names = (await readdir(inCheckout('docs'), { recursive: true })).filter((name) => !name.startsWith('api'))
  const pages = ['README.md', 'CHANGELOG.md', ...names.map((name) => `docs/${name}`)].filter((name) =>
    name.endsWith('.md'),
  )
  let linkCount = 0
  for (const page of pages) {
    const text = await readFile(inCheckout(page), 'utf8')
    for (const [, path, anchor] of text.matchAll(/\]\((?!https?:)([^\s)#]*)(?:#([^\s)]+))?\)/g)) {
      const target = path ? join(dirname(page), path) : page
      linkCount++
      if (!existsSync(inCheckout(target))) t.fail(`${page}: there is no ${target}`)
      else if (anchor !== undefined && !anchorsOf(await readFile(inCheckout(target), 'utf8')).has(anchor))
        t.fail(`${page}: ${target} has no #${anchor}`)
    }
  }
  t.ok(linkCount > 100, `${linkCount} links of ${pages.length} pages`)
})

/** What a page's headings are linked by: lower case, without punctuation, blanks as hyphens. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading.toLowerCase())
  return new Set(headings.map((heading) => heading.replace(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-')))
}

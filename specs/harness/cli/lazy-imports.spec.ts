import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import t from 'tap'
import { inCheckout } from '../../checkout.js'

/** What `import … from`, `import '…'` and `export … from` name; not `import(…)`, which waits until it is reached. */
const STATIC_IMPORT = /^(?:import|export)\b(?:[^'"();=]*\bfrom)?\s*['"]([^'"]+)['"]/gm

/** All that the names of options, their defaults and their checks need. */
const ENOUGH = /^(?:commander|zod|node:.*|viewnet\/(?:device|link|wire)|harness\/(?:cli|evidence|bench)\/[^/]*)$/

for (const command of ['certify', 'nightly']) {
  t.test(`${command}: who asks for help, or mistypes, waits for nothing that only a run needs`, (t) => {
    const reached = importsOf(inCheckout(`dist/harness/cli/${command}.js`))
    t.ok(reached.includes('harness/cli/option-parsers.js'), 'imports are found')
    t.same(
      reached.filter((each) => !ENOUGH.test(each)),
      [],
    )
    t.ok(reached.length < 30, `${reached.length} modules`)
    t.end()
  })
}

/** Every module that one imports before it runs, and those in turn; packages by name. */
function importsOf(file: string): readonly string[] {
  const packages = new Set<string>()
  const files = new Set([file])
  for (const each of files) {
    for (const [, name = ''] of readFileSync(each, 'utf8').matchAll(STATIC_IMPORT)) {
      if (name.startsWith('.')) files.add(fileURLToPath(new URL(name, pathToFileURL(each))))
      else packages.add(name)
    }
  }
  return [...packages, ...[...files].map((each) => relative(inCheckout('dist'), each))]
}

import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { promisify } from 'node:util'
import t from 'tap'
import { inCheckout } from '../checkout.js'
import { MANIFEST } from './package.js'

const execute = promisify(execFile)
const PROGRAM = inCheckout('harness/cli/viewnet.mjs')

t.test('every entry point of package.json is there: types, code and source', (t) => {
  for (const [name, target] of Object.entries(MANIFEST.exports)) {
    const paths = typeof target === 'string' ? [target] : Object.values(target)
    for (const path of paths) t.ok(existsSync(inCheckout(path)), `${name}: ${path}`)
  }
  t.end()
})

t.test('every entry point can be imported by its name, and brings something', (t) => {
  // JSON documents are there to be read; importing one takes an attribute whose spelling differs between Node releases.
  const names = Object.keys(MANIFEST.exports).filter((name) => !name.endsWith('.json'))
  const specifiers = names.map((name) => `viewnet${name.slice(1)}`)
  const script = `
    for (const name of ${JSON.stringify(specifiers)}) console.log(name, Object.keys(await import(name)).length)`
  // env, so that the child resolves as a consumer's does, without the conditions of the specs.
  const output = execFileSync(
    '/usr/bin/env',
    ['-u', 'NODE_OPTIONS', process.execPath, '--input-type=module', '-e', script],
    {
      cwd: inCheckout(),
      encoding: 'utf8',
    },
  )
  const counts = new Map(
    output
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  )
  for (const specifier of specifiers) t.ok(Number(counts.get(specifier)) > 0, specifier)
  t.end()
})

t.test('each program of package.json is there before anything is compiled, and says what runs it', (t) => {
  t.same(MANIFEST.bin, { viewnet: 'harness/cli/viewnet.mjs' })
  t.match(readFileSync(PROGRAM, 'utf8'), /^#!\/usr\/bin\/env node\n/)
  t.ok(statSync(PROGRAM).mode & 0o100)
  t.end()
})

t.test('the program of a fresh checkout compiles it first, once', async (t) => {
  const compile = `import { mkdirSync, writeFileSync } from 'node:fs'
    console.error('compiles')
    mkdirSync(new URL('../dist/harness/cli/', import.meta.url), { recursive: true })
    writeFileSync(new URL('../dist/harness/cli/main.js', import.meta.url), 'console.log(process.argv.slice(2).join())')`
  const folder = t.testdir({
    harness: { cli: { 'viewnet.mjs': readFileSync(PROGRAM) } },
    '.ci': { 'prepare.mjs': compile },
  })
  const run = () =>
    execute('/usr/bin/env', [
      '-u',
      'NODE_OPTIONS',
      process.execPath,
      `${folder}/harness/cli/viewnet.mjs`,
      'key',
      '--json',
    ])
  t.match(await run(), { stdout: 'key,--json\n', stderr: 'compiles\n' })
  t.match(await run(), { stdout: 'key,--json\n', stderr: '' })
})

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { inCheckout } from '../checkout.js'
import { MANIFEST } from './package.js'

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

t.test('each program of package.json is there, and says what runs it', (t) => {
  t.same(Object.keys(MANIFEST.bin), ['viewnet'])
  for (const path of Object.values(MANIFEST.bin))
    t.match(readFileSync(inCheckout(path), 'utf8'), /^#!\/usr\/bin\/env node\n/)
  t.end()
})

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { inCheckout } from '../checkout.js'
import { MANIFEST, readmeExample } from './package.js'

// npm packs, fetches some hundred packages and unpacks them.
t.setTimeout(300_000)

/** Errors of npm that are of the network. */
const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED/

const execute = promisify(execFile)

/** Run a program as a consumer does, without the hooks and conditions of the specs. */
async function run(cwd: string, program: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await execute('/usr/bin/env', ['-u', 'NODE_OPTIONS', program, ...args], {
    cwd,
    maxBuffer: 2 ** 24,
  })
  return stdout
}

interface Packed {
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

/** The example, on a free port, which ends when it has started. */
const ONCE = readmeExample().replace('udp://127.0.0.1:28200', 'udp://127.0.0.1:0')
const FAREWELL = "console.log('listens on', server.address)\nawait server.close()\nconsole.log('closed')\n"

/** The same with `require`, as CommonJS has it: inside a function, because it cannot wait outside of one. */
const REQUIRED = `${ONCE.replace(/^import (\{.*?\}) from ('.*?')$/gm, 'const $1 = require($2)')}${FAREWELL}`

t.test(
  'the package installs in an empty project, and the example of README runs there [issue 2, Show 8]',
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'viewnet-package-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    // Without its scripts: whoever tests has built, and a second build would disturb the specs that run meanwhile.
    const packing = await run(inCheckout(), 'npm', 'pack', '--ignore-scripts', '--json', '--pack-destination', folder)
    const [packed] = JSON.parse(packing) as readonly Packed[]

    await t.test('the package holds what is run and read, and nothing of how it is made', (t) => {
      const paths = packed?.files.map(({ path }) => path) ?? []
      for (const path of [
        'package.json',
        'README.md',
        'LICENSE',
        'CHANGELOG.md',
        'dist/sdk/index.js',
        'dist/sdk/index.d.ts',
      ])
        t.ok(paths.includes(path), path)
      t.same(
        paths.filter((path) =>
          /^(specs|\.ci|\.config|tests?|report|node_modules)\/|\.spec\.|tsbuildinfo|^docs\/api\//.test(path),
        ),
        [],
      )
      t.end()
    })

    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    try {
      await run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', `./${packed?.filename}`)
    } catch (error) {
      if (!OFFLINE.test(String(error))) throw error
      await t.test('the example runs', { skip: 'the registry is out of reach: nothing was installed' }, () => undefined)
      return
    }

    await t.test('with import', async (t) => {
      writeFileSync(join(folder, 'imported.mjs'), ONCE + FAREWELL)
      t.match(
        await run(folder, process.execPath, 'imported.mjs'),
        /^listens on udp:\/\/127\.0\.0\.1:[1-9]\d*\nclosed\n$/,
      )
    })

    await t.test('with require', async (t) => {
      writeFileSync(join(folder, 'required.cjs'), `async function main() {\n${REQUIRED}}\nvoid main()\n`)
      t.match(
        await run(folder, process.execPath, 'required.cjs'),
        /^listens on udp:\/\/127\.0\.0\.1:[1-9]\d*\nclosed\n$/,
      )
    })

    await t.test('npx viewnet is the command', async (t) => {
      t.equal(await run(folder, 'npx', '--no-install', 'viewnet', '--version'), `${MANIFEST.version}\n`)
    })
  },
)

// Makes a checkout runnable: installs the locked packages when they are missing or older than the lock file, then compiles;
// with the argument `specs`, the specs too.
// It uses only what Node itself brings, because it runs before anything is installed.
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const lock = join(root, 'package-lock.json')
const installed = join(root, 'node_modules', '.package-lock.json')

/** Run a command in the checkout; its output goes to stderr, so that `--json` keeps stdout to itself. */
function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
  if (done.error) console.error(`${command}: ${done.error.message}`)
  if (done.status !== 0) process.exit(done.status ?? 1)
}

if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
  console.error('viewnet: installing the locked packages …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}

// The compiler leaves what it made of a file that is gone: a spec that would still run, a module that would still be published.
const isSource = /\.tsx?$/
for (const folder of ['sdk', 'devices', 'harness', 'specs'].filter((each) => existsSync(join(root, 'dist', each)))) {
  const sources = new Set(
    readdirSync(join(root, folder), { recursive: true }).map((path) => path.replace(isSource, '')),
  )
  for (const path of readdirSync(join(root, 'dist', folder), { recursive: true }))
    if (!sources.has(path.replace(/\.(js|d\.ts|js\.map)$/, '')))
      rmSync(join(root, 'dist', folder, path), { recursive: true, force: true })
}

// Without the plugins that .taprc switches off, tap starts each spec in half the time; but the run that finds them built otherwise goes on with them to its end.
const built = join(root, 'node_modules', '.tap-built')
if (process.argv[2] === 'specs' && !existsSync(built)) {
  const tap = join(root, 'node_modules', 'tap', 'dist', 'esm', 'run.mjs')
  // Where it fails, tap builds them itself as it runs.
  const done = spawnSync(process.execPath, [tap, 'build'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (done.status === 0) writeFileSync(built, '')
}

const project = process.argv[2] === 'specs' ? join(root, 'specs') : root
run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--build', project])

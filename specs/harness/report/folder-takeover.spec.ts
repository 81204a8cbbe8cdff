import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs, { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { FolderLock } from '../../../harness/report/folder-lock.js'

/** No process has it. */
const DEAD = { started: '0', pid: 0x7fff_fffe }

t.test('of two that meet at the lock of a dead one, one has the folder, whenever the second comes', (t) => {
  const root = t.testdir({})
  const steps = stepsOfTakeover(root)
  t.ok(steps > 5, `${steps} steps`)
  for (let step = 0; step < steps; step++) {
    const folder = folderOfDead(root, `second-at-${step}`)
    const taken: string[] = []
    const take = (holder: string): void => {
      if (isTaken(() => FolderLock.take(folder, holder))) taken.push(holder)
    }
    atStep(step, { before: () => take('run r2'), during: () => take('run r1') })
    t.equal(taken.length, 1, `the second comes before step ${step}`)
    t.match(readFileSync(join(folder, 'run.lock'), 'utf8'), `"${taken[0]}"`, 'the lock names who has it')
    t.same(readdirSync(folder), ['run.lock'], 'and nothing else is left')
  }
  t.end()
})

t.test('one that is killed as it takes over keeps nobody away, wherever it is killed', (t) => {
  const root = t.testdir({})
  for (let step = 0; step < stepsOfTakeover(root); step++) {
    const folder = folderOfDead(root, `killed-at-${step}`)
    const left = join(root, `left-at-${step}`)
    const before = (): void => cpSync(folder, left, { recursive: true })
    atStep(step, { before, during: () => FolderLock.take(folder, 'run r1') })
    for (const name of readdirSync(left)) kill(join(left, name))
    t.ok(
      isTaken(() => FolderLock.take(left, 'run r2')),
      `killed before step ${step}`,
    )
  }
  t.end()
})

t.test('of many processes that meet at the lock of a dead one, one has the folder until it ends', async (t) => {
  const root = t.testdir({})
  const folders = Array.from({ length: 150 }, (_, at) => folderOfDead(root, `contended-${at}`))
  const contenders = Array.from({ length: 5 }, () => new Contender(folders))
  t.teardown(() => Promise.all(contenders.map((each) => each.end())))
  t.same(await Promise.all(contenders.map((each) => each.said())), Array(5).fill('ready'))
  for (const each of contenders) each.go()
  const taken = (await Promise.all(contenders.map((each) => each.said()))).map((line) => JSON.parse(line) as string[])
  t.same(taken.flat().toSorted(), folders.toSorted(), 'every folder once')
  t.comment(`folders of each: ${taken.map(({ length }) => length).join(', ')}`)
  const [folder] = folders as [string]
  const holder = contenders[taken.findIndex((each) => each.includes(folder))] as Contender
  t.throws(() => FolderLock.take(folder, 'run r1'), { message: new RegExp(`\\(process ${holder.pid}\\) writes`) })
  await holder.end()
  t.ok(
    isTaken(() => FolderLock.take(folder, 'run r1')),
    'its process is gone',
  )
})

t.test('who was taken for gone and comes back does not let go of the lock of another one', (t) => {
  const folder = t.testdir({})
  const passedOver = FolderLock.take(folder, 'run r1')
  kill(join(folder, 'run.lock'))
  using _lock = FolderLock.take(folder, 'run r1')
  passedOver[Symbol.dispose]()
  t.throws(() => FolderLock.take(folder, 'run r2'), { code: 'ERR_VIEWNET_REPORT_FOLDER' })
  t.end()
})

/** A folder into which a process wrote that is no more. */
function folderOfDead(root: string, name: string): string {
  const folder = join(root, name)
  mkdirSync(folder)
  FolderLock.take(folder, 'run r0')
  kill(join(folder, 'run.lock'))
  return folder
}

/** Have a lock be that of a dead process. */
function kill(path: string): void {
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...DEAD }))
}

function isTaken(take: () => FolderLock): boolean {
  try {
    take()
    return true
  } catch (failure) {
    if ((failure as { readonly code?: unknown }).code !== 'ERR_VIEWNET_REPORT_FOLDER') throw failure
    return false
  }
}

/** Of how many calls of the file system a takeover consists. */
function stepsOfTakeover(root: string): number {
  const folder = folderOfDead(root, 'measured')
  const steps = atStep(Infinity, { before() {}, during: () => FolderLock.take(folder, 'run r1') })
  fs.rmSync(folder, { recursive: true })
  return steps
}

/** Do something right before one call of the file system. @returns how many calls there were */
function atStep(
  wanted: number,
  { before, during }: { readonly before: () => void; readonly during: () => void },
): number {
  const { writeFileSync: write, readFileSync: read, statSync: stat, rmSync: remove } = fs
  let step = 0
  const stepped = <F extends (...parameters: never[]) => unknown>(call: F): F =>
    ((...parameters: never[]) => {
      if (step++ === wanted) before()
      return call(...parameters)
    }) as F
  Object.assign(fs, {
    writeFileSync: stepped(write),
    readFileSync: stepped(read as (...parameters: never[]) => unknown),
    statSync: stepped(stat as (...parameters: never[]) => unknown),
    rmSync: stepped(remove),
  })
  syncBuiltinESMExports()
  try {
    during()
    return step
  } finally {
    Object.assign(fs, { writeFileSync: write, readFileSync: read, statSync: stat, rmSync: remove })
    syncBuiltinESMExports()
  }
}

/** Takes what it gets of the folders, and keeps it until it ends. */
const PROGRAM = `
import { createInterface } from 'node:readline'
const [module, ...folders] = process.argv.slice(1)
const { FolderLock } = await import(module)
const isTaken = (folder) => {
  try { FolderLock.take(folder, 'run r2'); return true } catch (error) { if (error.code !== 'ERR_VIEWNET_REPORT_FOLDER') throw error; return false }
}
console.log('ready')
for await (const _go of createInterface({ input: process.stdin })) console.log(JSON.stringify(folders.filter(isTaken)))
`

/** A process that wants some folders. */
class Contender {
  readonly #child
  readonly #ended: Promise<unknown>
  readonly #lines: AsyncIterator<string>

  constructor(folders: readonly string[]) {
    const module = new URL('../../../harness/report/folder-lock.js', import.meta.url).href
    this.#child = spawn(
      '/usr/bin/env',
      ['-u', 'NODE_OPTIONS', process.execPath, '--input-type=module', '-e', PROGRAM, module, ...folders],
      { stdio: ['pipe', 'pipe', 'inherit'], timeout: 120_000, killSignal: 'SIGKILL' },
    )
    this.#ended = once(this.#child, 'close')
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** The next line that it says. */
  async said(): Promise<string> {
    const { value, done } = await this.#lines.next()
    return done ? 'ended' : value
  }

  go(): void {
    this.#child.stdin.write('go\n')
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#ended
  }
}

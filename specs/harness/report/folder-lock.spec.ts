import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { FolderLock } from '../../../harness/report/index.js'

t.test('keeps a folder to one run at a time, and names it to the next', (t) => {
  const folder = t.testdir({})
  {
    using lock = FolderLock.take(folder, 'run r1')
    t.ok(lock)
    t.throws(() => FolderLock.take(folder, 'run r2'), {
      code: 'ERR_VIEWNET_REPORT_FOLDER',
      message: new RegExp(
        `into which run r1 \\(process ${process.pid}\\) writes; if it does not, remove '.*run\\.lock'$`,
      ),
    })
  }
  t.notOk(existsSync(join(folder, 'run.lock')), 'nothing is left of it')
  FolderLock.take(folder, 'run r2')[Symbol.dispose]()
  mkdirSync(join(folder, 'run.lock'))
  utimesSync(join(folder, 'run.lock'), 0, 0)
  t.doesNotThrow(() => FolderLock.take(folder, 'run r3'), 'what is no lock keeps nobody away')
  t.end()
})

t.test('passes over what a killed process left', (t) => {
  const folder = t.testdir({})
  const path = join(folder, 'run.lock')
  using _lock = FolderLock.take(folder, 'run r1')
  const killed = { ...(JSON.parse(readFileSync(path, 'utf8')) as object), started: '0', pid: 0x7fff_fffe }
  writeFileSync(path, JSON.stringify(killed))
  FolderLock.take(folder, 'run r2')[Symbol.dispose]()
  const away = { ...killed, pidNamespace: 'of another container' }
  writeFileSync(path, JSON.stringify(away))
  t.throws(() => FolderLock.take(folder, 'run r3'), { message: /run r1/ }, 'nobody can tell, and it was there just now')
  utimesSync(path, 0, 0)
  FolderLock.take(folder, 'run r3')[Symbol.dispose]()
  writeFileSync(path, '{"holder":')
  t.throws(() => FolderLock.take(folder, 'run r3'), { code: 'ERR_VIEWNET_REPORT_FOLDER' }, 'it may just be written')
  utimesSync(path, 0, 0)
  FolderLock.take(folder, 'run r3')[Symbol.dispose]()
  t.end()
})

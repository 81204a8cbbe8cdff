import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder } from '../../harness/make-folder.js'

t.test('makes a folder with those above it, and leaves one that is there', (t) => {
  const path = join(t.testdir({}), 'é 实验', 'b', 'c')
  makeFolder(path, 0o700)
  makeFolder(path)
  t.equal(statSync(path).mode & 0o777, 0o700)
  t.end()
})

t.test('a file in its way is the error of the system', (t) => {
  const file = join(t.testdir({}), 'file')
  writeFileSync(file, '')
  t.throws(() => makeFolder(file), { code: 'EEXIST' })
  t.throws(() => makeFolder(join(file, 'below', 'it')), { code: /EEXIST|ENOTDIR/ })
  t.end()
})

t.test(
  'ends where the system has no place for a folder',
  { skip: !existsSync('/proc/self') && 'no /proc here' },
  (t) => {
    t.throws(() => makeFolder('/proc/viewnet/report'), { code: 'ENOENT' })
    t.end()
  },
)

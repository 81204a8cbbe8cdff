import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { wearFile, WearLog } from '../../../../harness/bench/index.js'

t.test('switchings are counted by outlet, over all that count at once [issue 6, Power: wear]', (t) => {
  const file = join(t.testdir({}), 'state', 'wear.sqlite')
  const [one, other] = [new WearLog(file), new WearLog(file)]
  t.equal(one.of('usb:1-2#1'), undefined)
  one.add({ outlet: 'usb:1-2#1', atMs: 1000 })
  other.add({ outlet: 'usb:1-2#1', atMs: 2000 })
  other.add({ outlet: 'usb:1-2#2', atMs: 3000 })
  t.strictSame(one.of('usb:1-2#1'), { outlet: 'usb:1-2#1', switchCount: 2, sinceMs: 1000, lastMs: 2000 })
  one.close()
  one.close()
  other.close()
  t.end()
})

t.test('a file that is none is told', (t) => {
  const folder = t.testdir({})
  writeFileSync(join(folder, 'wear.sqlite'), 'x'.repeat(5000))
  t.throws(() => new WearLog(join(folder, 'wear.sqlite')), { code: 'ERR_VIEWNET_WEAR', message: /wear\.sqlite/ })
  t.end()
})

t.test('it is kept with what programs remember', (t) => {
  t.equal(wearFile({ XDG_STATE_HOME: '/var/state' }), '/var/state/viewnet/wear.sqlite')
  t.match(wearFile({ XDG_STATE_HOME: 'relative' }), /\.local\/state\/viewnet\/wear\.sqlite$/)
  t.end()
})

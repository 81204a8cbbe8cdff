import { spawnSync } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import t from 'tap'
import { inCheckout } from '../../checkout.js'
import { start } from './viewnet.js'

t.test('a terminal that is closed stops a command in order, as Ctrl-C does: exit 2', async (t) => {
  const command = start('discover --address 127.0.0.1:9 --timeout 60')
  await command.said('listening for 60 s')
  // Its shell and the kernel both say so.
  command.process.kill('SIGHUP')
  t.match(await command.stop('SIGHUP'), { status: 2, signal: null, stderr: /stopped by SIGHUP/ })
})

t.test(
  'output that a full disk does not take is told by the exit status',
  { skip: !existsSync('/dev/full') && 'no /dev/full here' },
  (t) => {
    const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const
    const main = inCheckout('dist/harness/cli/main.js')
    const { status, stderr } = spawnSync(process.execPath, [main, '--version'], { stdio: [...stdio], encoding: 'utf8' })
    t.equal(status, 2)
    t.equal(stderr, '')
    t.end()
  },
)

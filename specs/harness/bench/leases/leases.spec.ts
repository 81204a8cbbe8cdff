import { once } from 'node:events'
import { chmodSync, linkSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import t from 'tap'
import type { PowerOutlet } from 'viewnet/devices/power'
import { leasedOutlet, Leases, type HeldLease } from '../../../../harness/bench/index.js'

const DEVICE = { name: 'device 7' }
const RELAY = { name: 'usb:1-2#1' }
const BOARD = { name: 'usb:1-2', sharedInProcess: true }

t.test('takes all or nothing, and tells whom it waits for [0040, Leases]', async (t) => {
  const leases = new Leases({ folder: join(t.testdir({}), 'leases') })
  const first = await leases.acquire([RELAY], { holder: 'run-1' })
  const waits: (readonly HeldLease[])[] = []
  const stop = new AbortController()
  const both = leases.acquire([DEVICE, RELAY], {
    holder: 'run-2',
    signal: stop.signal,
    onWaiting: (blockers) => waits.push(blockers),
  })
  t.match(waits, [[{ holder: 'run-1', token: first.token, pid: process.pid, resources: [RELAY.name] }]])
  const device = await leases.acquire([DEVICE], { holder: 'run-3' })
  t.ok(device.token > first.token, 'what the waiting one wants besides is free until it gets everything')
  stop.abort(new Error('enough'))
  await t.rejects(both, { message: 'enough' })
  t.strictSame(
    leases.held().map(({ holder }) => holder),
    ['run-1', 'run-3'],
  )
  first.release()
  device.release()
  const again = await leases.acquire([DEVICE, RELAY, RELAY], { holder: 'run-4' })
  t.ok(again.token > device.token, 'tokens only grow')
  again.release()
  t.strictSame(leases.held(), [])
  leases.close()
})

t.test('outlets of one board go together within a process, and no outlet twice [0040, Leases]', async (t) => {
  const leases = new Leases({ folder: join(t.testdir({}), 'leases') })
  const first = await leases.acquire([BOARD, RELAY], { holder: 'a' })
  const second = await leases.acquire([BOARD, { name: 'usb:1-2#2' }], { holder: 'b' })
  await t.rejects(leases.acquire([BOARD, RELAY], { holder: 'c', signal: AbortSignal.timeout(50) }), {
    name: 'TimeoutError',
  })
  first.release()
  second.release()
  leases.close()
})

t.test('an outlet whose lease is gone switches nothing, and is not even put into its safe state', async (t) => {
  const leases = new Leases({ folder: join(t.testdir({}), 'leases') })
  const lease = await leases.acquire([RELAY], { holder: 'a' })
  const commands: string[] = []
  const outlet = leasedOutlet(recordingOutlet(commands), lease)
  await outlet.open()
  await outlet.cycle({ offMs: 1 })
  t.strictSame(commands, ['open', 'off', 'on'])
  lease.release()
  for (const call of [
    () => outlet.on(),
    () => outlet.off(),
    () => outlet.cycle(),
    () => outlet.secure(),
    () => outlet.close(),
  ])
    await t.rejects(call(), {
      code: 'ERR_VIEWNET_LEASE_LOST',
      message: /lease 1 on usb:1-2#1 is lost: it was released/,
    })
  t.strictSame(commands, ['open', 'off', 'on'])
  leases.close()
})

t.test('whoever takes what a holder left that is gone is told, until it is in order [0040, Leases]', async (t) => {
  const folder = join(t.testdir({}), 'leases')
  const gone = new Leases({ folder, staleMs: 50 })
  const leases = new Leases({ folder })
  const outlet = { ...RELAY, leavesState: true }
  const lost = await gone.acquire([DEVICE, BOARD, outlet], { holder: 'gone' })
  // The store is asked for nothing meanwhile, as if the process were suspended.
  const until = performance.now() + 120
  while (performance.now() < until);
  t.match(leases.left(), [{ holder: 'gone', leaves: [RELAY.name] }])
  t.strictSame(leases.held(), [])
  lost.release()
  const device = await leases.acquire([{ name: 'another' }], { holder: 'unconcerned' })
  t.strictSame(device.left, [])
  const neighbour = await leases.acquire([BOARD, { name: 'usb:1-2#2', leavesState: true }], { holder: 'next' })
  t.match(neighbour.left, [{ holder: 'gone', token: lost.token }], 'what expired was not let go of in order')
  neighbour.settle(neighbour.left[0]!)
  t.strictSame(leases.left(), [])
  neighbour.release()
  t.strictSame(leases.left(), [], 'who lets go leaves nothing')
  gone.close()
  leases.close()
})

t.test('a lease that somebody ended is noticed by its holder [0040, Leases]', async (t) => {
  const folder = join(t.testdir({}), 'leases')
  const leases = new Leases({ folder, staleMs: 100 })
  const lease = await leases.acquire([RELAY], { holder: 'a' })
  const file = new Database(join(folder, 'leases.sqlite'))
  file.exec('DELETE FROM lease')
  file.close()
  // The heartbeat alone keeps no process alive.
  const alive = setInterval(() => undefined, 1000)
  await once(lease.lost, 'abort')
  clearInterval(alive)
  t.match(lease.lost.reason, { code: 'ERR_VIEWNET_LEASE_LOST' })
  leases.close()
})

t.test('a process that is gone, of this boot or of another, holds nothing', async (t) => {
  const folder = join(t.testdir({}), 'leases')
  const leases = new Leases({ folder })
  for (const change of ["boot = 'an earlier one'", 'pid = 0', "started = '1'"]) {
    await leases.acquire([RELAY], { holder: 'gone' })
    const file = new Database(join(folder, 'leases.sqlite'))
    file.exec(`UPDATE lease SET ${change}`)
    file.close()
    const lease = await leases.acquire([RELAY], { holder: 'next', signal: AbortSignal.timeout(60_000) })
    lease.release()
  }
  t.strictSame(leases.held(), [])
  leases.close()
})

t.test('makes a folder that all users can use, and refuses what others could replace [issue 6, Leases]', (t) => {
  const base = t.testdir({})
  const before = process.umask(0o077)
  t.teardown(() => process.umask(before))
  const folder = join(base, 'leases')
  new Leases({ folder }).close()
  t.equal(statSync(folder).mode & 0o7777, 0o1777)
  t.equal(statSync(join(folder, 'leases.sqlite')).mode & 0o777, 0o666)

  const refused = (name: string, prepare: (path: string) => void, message: RegExp): void => {
    const path = join(base, name)
    prepare(path)
    t.throws(() => new Leases({ folder: path }), { code: 'ERR_VIEWNET_LEASE_STORE', message }, name)
  }
  refused('link', (path) => symlinkSync(folder, path), /to be a folder, got a link/)
  refused('file', (path) => writeFileSync(path, ''), /to be a folder, got something else/)
  refused('open', (path) => (mkdirSync(path), chmodSync(path, 0o777)), /to be mode 1777, .*got mode 777/)
  refused(
    'linked',
    (path) => (mkdirSync(path), symlinkSync(join(folder, 'leases.sqlite'), join(path, 'leases.sqlite'))),
    /a file, got a link/,
  )
  refused(
    'named',
    (path) => (
      mkdirSync(path),
      writeFileSync(join(path, 'x'), ''),
      linkSync(join(path, 'x'), join(path, 'leases.sqlite'))
    ),
    /a file of one name, got one of 2/,
  )
  refused(
    'damaged',
    (path) => (mkdirSync(path), writeFileSync(join(path, 'leases.sqlite'), 'x'.repeat(5000))),
    /leases in .*not a database/,
  )
  refused(
    'foreign',
    (path) => {
      mkdirSync(path)
      const file = new Database(join(path, 'leases.sqlite'))
      file.exec('CREATE TABLE lease (token); CREATE TRIGGER t AFTER INSERT ON lease BEGIN DELETE FROM lease; END')
      file.close()
    },
    /expected the tables of leases, got others/,
  )
  t.end()
})

/** An outlet that only notes what it is told. */
function recordingOutlet(commands: string[]): PowerOutlet {
  const note = (command: string) => () => {
    commands.push(command)
    return Promise.resolve()
  }
  return {
    id: RELAY.name,
    bank: BOARD.name,
    readback: 'state',
    safeState: 'off',
    switchCount: 0,
    open: note('open'),
    on: note('on'),
    off: note('off'),
    cycle: note('cycle'),
    secure: note('secure'),
    close: note('close'),
    state: () => Promise.resolve('on'),
    [Symbol.asyncDispose]: note('close'),
  }
}

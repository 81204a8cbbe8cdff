import t, { type Test } from 'tap'
import { findOutlet, openOutlet, PowerError, type PowerOutlet, type Switching } from 'viewnet/devices/power'
import { SimulatedSerialBus, type SerialFaultName, type SimulatedRelayBoard } from 'viewnet/devices/simulated'
import { BOARDS, PATH, type BoardCase } from './boards.js'

// They wait for answers that never come, each at a port of its own.
t.jobs = 8
let ports = 0
const newPath = (): string => `${PATH}-${++ports}`

interface Rig {
  readonly bus: SimulatedSerialBus
  readonly path: string
  readonly board: SimulatedRelayBoard
  readonly outlet: PowerOutlet
  readonly switchings: Switching[]
  readonly isFed: () => boolean
}

async function rig(t: Test, { board: make, options, at }: BoardCase, fault?: SerialFaultName): Promise<Rig> {
  const bus = new SimulatedSerialBus()
  const board = make()
  const path = newPath()
  bus.plug(path, board)
  const switchings: Switching[] = []
  const reached = { ...options, port: path }
  const outlet = await openOutlet(reached, { binding: bus, onSwitched: (switching) => switchings.push(switching) })
  board.fault = fault
  t.teardown(() => outlet.close().catch(() => undefined))
  return { bus, path, board, outlet, switchings, isFed: () => board.relay(at).isClosed }
}

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex')

for (const board of BOARDS) {
  t.test(
    `${board.name}: what goes over the wire is what its maker says [${board.source}]`,
    { buffered: true },
    async (t) => {
      const { bus, path, outlet, isFed, switchings } = await rig(t, board)
      const { on, off, read = '' } = board.wire
      t.equal(hex(bus.written(path)), '', 'opening sends nothing')
      t.equal(isFed(), false, 'and switches nothing')

      await outlet.on()
      t.equal(hex(bus.written(path)), on + read)
      t.equal(isFed(), true)
      await outlet.off()
      t.equal(hex(bus.written(path)), on + read + off + read)
      t.equal(isFed(), false)
      t.equal(await outlet.state(), board.wire.read === undefined ? 'unknown' : 'off')
      t.equal(outlet.readback, board.wire.read === undefined ? 'write-only' : 'state')

      t.same(
        switchings.map(({ to, switchCount }) => [to, switchCount]),
        [
          ['on', 1],
          ['off', 2],
        ],
      )
      t.ok(outlet.id.startsWith(`${outlet.bank}#`))
    },
  )

  t.test(
    `${board.name}: a cycle takes the power away and gives it back; closing restores the safe state`,
    { buffered: true },
    async (t) => {
      const { outlet, isFed, board: simulated } = await rig(t, board)
      await outlet.on()
      const fed: string[] = []
      simulated.relay(board.at).feed({ powerOn: () => void fed.push('on'), powerOff: () => void fed.push('off') })
      await outlet.cycle({ offMs: 100 })
      t.strictSame(fed, ['off', 'on'])
      t.equal(outlet.switchCount, 3)
      await outlet.close()
      t.equal(isFed(), false, 'off is the safe state unless another is asked for')
      t.equal(
        simulated.relays.reduce((sum, { operationCount }) => sum + operationCount, 0),
        4,
        'and no other relay moved',
      )
    },
  )
}

/** What `on` fails with, by fault; `undefined`: nothing can be noticed. */
const TABLE: Readonly<Record<SerialFaultName, { readonly read: string; readonly writeOnly: string | undefined }>> = {
  'no-answer': { read: 'ERR_VIEWNET_POWER_SILENT', writeOnly: undefined },
  'half-answer': { read: 'ERR_VIEWNET_POWER_SILENT', writeOnly: undefined },
  garbage: { read: 'ERR_VIEWNET_POWER_ANSWER', writeOnly: undefined },
  slow: { read: 'ERR_VIEWNET_POWER_SILENT', writeOnly: undefined },
  'unplugged-mid-command': { read: 'ERR_VIEWNET_POWER_LOST', writeOnly: 'ERR_VIEWNET_POWER_LOST' },
  floods: { read: 'ERR_VIEWNET_POWER_ANSWER', writeOnly: undefined },
  stuck: { read: 'ERR_VIEWNET_POWER_DISOBEYED', writeOnly: undefined },
  welded: { read: '', writeOnly: undefined },
}

for (const board of BOARDS) {
  for (const [fault, { read, writeOnly }] of Object.entries(TABLE) as [SerialFaultName, (typeof TABLE)['slow']][]) {
    const code = board.wire.read === undefined ? writeOnly : read || undefined
    t.test(`${board.name}, ${fault}: ${code ?? 'nobody can notice'}`, { buffered: true }, async (t) => {
      const { outlet, isFed, board: simulated } = await rig(t, board, fault)
      const failed = await outlet.on().then(
        () => undefined,
        (error: unknown) => error,
      )
      // An answer that has a length of its own may be whole before the flood drowns it; it is then the right one.
      if (fault === 'floods' && failed === undefined && code !== undefined) {
        t.match(await outlet.state().catch((error: unknown) => (error as PowerError).code), /^on$|ANSWER|SILENT/)
      } else if (code === undefined) t.notOk(failed instanceof Error)
      else {
        t.type(failed, PowerError)
        t.match(failed, { code: code === 'ERR_VIEWNET_POWER_ANSWER' ? /ANSWER|SILENT/ : code, outlet: outlet.id })
      }
      if (fault === 'welded' || fault === 'stuck') t.equal(isFed(), false, 'the contact stayed as it was')

      if (fault === 'unplugged-mid-command') return
      simulated.fault = undefined
      if (fault === 'floods') await new Promise((resolve) => setTimeout(resolve, 150))
      await outlet.off()
      t.equal(isFed(), false, 'and once the fault is gone it obeys')
    })
  }
}

for (const board of BOARDS) {
  t.test(
    `${board.name}: a board that is plugged in again is found again, and nothing is switched by that`,
    { buffered: true },
    async (t) => {
      const { bus, path, outlet, isFed } = await rig(t, board)
      await outlet.on()
      const sent = hex(bus.written(path))
      bus.unplug(path)
      await new Promise((resolve) => setTimeout(resolve, 20))
      await t.rejects(outlet.off(), { code: 'ERR_VIEWNET_POWER_PORT' }, 'not within the time to look for it')
      setTimeout(() => bus.replug(path), 100)
      await outlet.off()
      t.equal(isFed(), false)
      t.equal(hex(bus.written(path)), sent + board.wire.off + (board.wire.read ?? ''), 'the command alone was sent')
      t.equal(bus.openCount(path), 2)
    },
  )
}

t.test('a board has one holder at a time, and whoever comes second is told who', async (t) => {
  const bus = new SimulatedSerialBus()
  const path = newPath()
  bus.plug(path, BOARDS[3]!.board())
  const options = { driver: 'kmtronic', port: path } as const
  const first = await openOutlet({ ...options, relay: 1 }, { binding: bus, holder: 'night n7' })
  const other = { binding: bus, holder: 'night n8' }
  await t.rejects(openOutlet({ ...options, relay: 1 }, other), { code: 'ERR_VIEWNET_POWER_BUSY', message: /night n7/ })
  await t.rejects(openOutlet({ ...options, relay: 2 }, other), { code: 'ERR_VIEWNET_POWER_BUSY', message: /night n7/ })

  const second = await openOutlet({ ...options, relay: 2 }, { binding: bus, holder: 'night n7' })
  t.equal(second.bank, first.bank)
  t.equal(bus.openCount(path), 1, 'outlets of one holder share the port')
  await first.close()
  await second.on()
  await second.close()
  const third = await openOutlet({ ...options, relay: 2 }, other)
  await third.close()
})

t.test('an outlet that was only read is left as it was found', async (t) => {
  const bus = new SimulatedSerialBus()
  const path = newPath()
  const board = BOARDS[3]!.board()
  bus.plug(path, board)
  board.relay(3).drive(true)
  const options = { ...BOARDS[3]!.options, port: path }
  const outlet = await openOutlet(options, { binding: bus })
  t.equal(await outlet.state(), 'on')
  await outlet.close()
  t.equal(board.relay(3).isClosed, true)
})

t.test('with normally-closed wiring the relay rests while the device has power', async (t) => {
  const bus = new SimulatedSerialBus()
  const path = newPath()
  const board = BOARDS[3]!.board()
  bus.plug(path, board)
  const options = { driver: 'kmtronic', port: path, relay: 1, wiring: 'normally-closed', safeState: 'on' } as const
  const outlet = await openOutlet(options, { binding: bus })
  t.equal(await outlet.state(), 'on')
  await outlet.off()
  t.equal(board.relay(0).isEnergised, true)
  await outlet.close()
  t.equal(board.relay(0).isEnergised, false)
})

t.test('an aborted cycle leaves the outlet off until it is closed; calls after that are misuse', async (t) => {
  const { outlet, isFed } = await rig(t, BOARDS[3]!)
  await outlet.on()
  const stop = new AbortController()
  const cycled = outlet.cycle({ offMs: 60_000, signal: stop.signal })
  while (isFed()) await new Promise((resolve) => setTimeout(resolve, 5))
  stop.abort(new Error('enough'))
  await t.rejects(cycled, { message: 'enough' })
  t.equal(isFed(), false)
  await outlet.close()
  await outlet.close()
  await t.rejects(outlet.on(), { code: 'ERR_VIEWNET_STATE' })
})

t.test('a board that is not there is told with those that are', async (t) => {
  const bus = new SimulatedSerialBus()
  bus.plug('/dev/simulated-other', BOARDS[0]!.board(), { vendor: '1a86', product: '7523', location: '1-2' })
  bus.plug('/dev/simulated-third', BOARDS[0]!.board(), { vendor: '1a86', product: '7523', location: '1-3' })
  await t.rejects(findOutlet(BOARDS[0]!.options, { binding: bus }), {
    code: 'ERR_VIEWNET_POWER_PORT',
    message: /there is no \/dev\/simulated-board; there are \/dev\/simulated-other/,
  })
  const port = { vendor: '1A86', product: '7523' }
  await t.rejects(findOutlet({ driver: 'lcus', port, relay: 1 }, { binding: bus }), {
    code: 'ERR_VIEWNET_POWER_PORT',
    message: /2 ports are usb 1a86:7523.*add the serial or the location/,
  })
  const found = await findOutlet({ driver: 'lcus', port: { ...port, location: '1-3' }, relay: 1 }, { binding: bus })
  t.equal(found.id, 'serial:1-3#1')
})

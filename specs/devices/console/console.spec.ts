import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { findConsole, openConsole, type ConsoleLine, type ConsoleOptions } from 'viewnet/devices/console'
import { openOutlet } from 'viewnet/devices/power'
import { serveOnTcp, SimulatedConsole, SimulatedKmtronic, SimulatedSerialBus } from 'viewnet/devices/simulated'

const PATH = '/dev/simulated-console'

async function rig(t: Test, options: Partial<ConsoleOptions> = {}, onTrouble?: (message: string) => void) {
  const bus = new SimulatedSerialBus()
  const camera = new SimulatedConsole({ bootMs: 60 })
  bus.plug(PATH, camera)
  const serial = await openConsole({ port: PATH, pauseMs: 40, ...options }, { binding: bus, onTrouble })
  t.teardown(() => serial.close())
  t.teardown(() => camera.powerOff())
  return { bus, camera, serial }
}

async function take(lines: AsyncIterable<ConsoleLine>, count: number): Promise<readonly ConsoleLine[]> {
  const taken: ConsoleLine[] = []
  for await (const line of lines) if (taken.push(line) >= count) break
  return taken
}

t.test(
  'a camera that is powered through a relay boots, is ready and breaks down, and its console says so',
  async (t) => {
    const { bus, camera, serial } = await rig(t)
    const board = new SimulatedKmtronic()
    board.relay(0).feed(camera)
    bus.plug('/dev/simulated-relay', board)
    const outlet = await openOutlet({ driver: 'kmtronic', port: '/dev/simulated-relay', relay: 1 }, { binding: bus })
    t.teardown(() => outlet.close())

    const boot = serial.waitFor('boot', { timeoutMs: 5000 })
    const ready = serial.waitFor('ready', { timeoutMs: 5000 })
    const sinceMs = Date.now()
    await outlet.on()
    t.match(await boot, { text: /^U-Boot/, mark: 'boot', end: 'line' })
    t.match(await ready, { text: 'camera login: ', mark: 'ready', end: 'pause' })
    t.match(
      await serial.waitFor('ready', { timeoutMs: 1000, sinceMs }),
      { mark: 'ready' },
      'what came before counts, too',
    )
    camera.panic()
    t.match(await serial.waitFor('panic', { timeoutMs: 5000, sinceMs }), { text: /^Kernel panic/, mark: 'panic' })
    t.equal(Buffer.from(bus.written(PATH)).length, 0, 'nothing was ever sent to the device')
  },
)

t.test('what is no text, or would move the cursor, is shown as octets', async (t) => {
  const { camera, serial } = await rig(t, { maxLineLength: 80 })
  camera.powerOn()
  await serial.waitFor('ready', { timeoutMs: 5000 })
  const lines = serial.lines()
  // In one piece: a pause would end a line.
  camera.say(
    Buffer.concat([Buffer.from('\x1b[2Jevil\x00 \xff\xc3\x28 ', 'latin1'), Buffer.from('中文 \u202e\ttab\r\n')]),
  )
  camera.say(`${'x'.repeat(200)}\n`)
  const [first, ...long] = await take(lines, 4)
  t.equal(first?.text, '\\x1b[2Jevil\\x00 \\xff\\xc3( 中文 \\xe2\\x80\\xae\ttab')
  t.same(
    long.map(({ text, end }) => [text.length, end]),
    [
      [80, 'cut'],
      [80, 'cut'],
      [40, 'line'],
    ],
  )
  t.equal(serial.counts.cutLines, 2)
})

t.test('a device that sends without end costs bounded memory: the oldest lines go, and are counted', async (t) => {
  const { camera, serial } = await rig(t, { maxBufferedLines: 10 })
  camera.powerOn()
  const slow = serial.lines()
  camera.floods()
  while (serial.counts.lines < 2000) await new Promise((resolve) => setTimeout(resolve, 5))
  camera.powerOff()
  await serial.close()
  const { lines, droppedLines, octets } = serial.counts
  t.equal(droppedLines, lines - 10)
  t.ok(octets >= 1900 * 1024)
  let rest = 0
  for await (const line of slow) rest += line.text === '' ? 0 : 1
  t.ok(rest <= 10, `${rest} lines were left`)
})

t.test('a port that was pulled out is found again, and the capture goes on', async (t) => {
  const { bus, camera, serial } = await rig(t)
  camera.powerOn()
  const lines = serial.lines()
  camera.say('half of a li')
  await new Promise((resolve) => setTimeout(resolve, 10))
  bus.unplug(PATH)
  await new Promise((resolve) => setTimeout(resolve, 20))
  await t.rejects(serial.write('reboot\n'), { code: 'ERR_VIEWNET_CONSOLE_LOST' })
  bus.replug(PATH)
  while (bus.openCount(PATH) < 2) await new Promise((resolve) => setTimeout(resolve, 5))
  camera.say('back again\n')
  for await (const line of lines) if (line.text === 'back again') break
  t.equal(serial.counts.losses, 1)
})

t.test('a mark that does not come ends the wait, telling what came last', async (t) => {
  const { camera, serial } = await rig(t)
  camera.powerOn()
  await serial.waitFor('ready', { timeoutMs: 5000 })
  await t.rejects(serial.waitFor('panic', { timeoutMs: 30 }), {
    code: 'ERR_VIEWNET_CONSOLE_TIMEOUT',
    message: /means panic within 30 ms; the newest line is 'camera login: '/,
  })
  const stop = new AbortController()
  const waiting = serial.waitFor('panic', { timeoutMs: 60_000, signal: stop.signal })
  stop.abort(new Error('enough'))
  await t.rejects(waiting, { message: 'enough' })
})

t.test('every line goes into a file, with its moment', async (t) => {
  const file = join(t.testdir(), 'console.log')
  const { camera, serial } = await rig(t, { file })
  camera.powerOn()
  await serial.waitFor('ready', { timeoutMs: 5000 })
  await serial.close()
  t.match(readFileSync(file, 'utf8'), /^\d{4}-\d\d-\d\dT[\d:.]+Z \[boot\] U-Boot .*\n/)
})

t.test('a full disk holds nothing up: lines are dropped and counted, and that is said once', async (t) => {
  const said: string[] = []
  const { camera, serial } = await rig(t, { file: '/dev/full' }, (message) => said.push(message))
  camera.powerOn()
  await serial.waitFor('ready', { timeoutMs: 5000 })
  for (let count = 0; count < 50; count++) camera.say('more\n')
  await serial.waitFor('boot', { timeoutMs: 5000, sinceMs: 0 })
  await new Promise((resolve) => setTimeout(resolve, 50))
  await serial.close()
  t.equal(said.length, 1)
  t.match(said[0], /\/dev\/full: lines are left out from now on: .*ENOSPC/)
  t.equal(serial.counts.fileDroppedLines, serial.counts.lines)
})

t.test('a console behind a terminal server is one as well', async (t) => {
  const camera = new SimulatedConsole({ bootMs: 20 })
  await using served = await serveOnTcp(camera)
  await using serial = await openConsole({ port: served.path, pauseMs: 30 })
  t.match(serial.id, /^tcp:127\.0\.0\.1:\d+$/)
  const ready = serial.waitFor('ready', { timeoutMs: 5000 })
  await new Promise((resolve) => setTimeout(resolve, 20))
  camera.powerOn()
  await ready
  camera.powerOff()
})

t.test('a console has one holder, and whoever comes second is told who', async (t) => {
  const { bus } = await rig(t)
  const second = await findConsole({ port: PATH }, { binding: bus })
  await t.rejects(second.open(), { code: 'ERR_VIEWNET_CONSOLE_BUSY', message: /another console/ })
  await t.rejects(findConsole({ port: '/dev/simulated-none' }, { binding: bus }), {
    code: 'ERR_VIEWNET_CONSOLE_PORT',
    message: /there are \/dev\/simulated-console/,
  })
})

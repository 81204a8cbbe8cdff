import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openConsole } from 'viewnet/devices/console'
import { openOutlet } from 'viewnet/devices/power'
import { serveOnTcp, SimulatedConsole, SimulatedKmtronic, type ServedDevice } from 'viewnet/devices/simulated'

const skip = spawnSync('socat', ['-V']).error === undefined ? false : 'socat is not installed: no pty can be made'

/** A pty whose other end is a simulated device: serialport's own binding, on a terminal device of the kernel. */
async function ptyOf(
  t: Test,
  { path }: ServedDevice,
): Promise<{ readonly link: string; readonly socat: ChildProcess }> {
  const link = join(t.testdir(), 'port')
  // Connected first: once the link is there, nothing that the device says is lost.
  const socat = spawn('socat', [path.replace('tcp://', 'tcp:'), `pty,raw,echo=0,link=${link}`], { stdio: 'ignore' })
  const ended = once(socat, 'close')
  t.teardown(async () => {
    socat.kill()
    await ended
  })
  for (let tries = 0; tries < 1200 && !existsSync(link); tries++) await sleep(25)
  return { link, socat }
}

t.test(
  'a relay is switched through a terminal device of the kernel, and the port is locked meanwhile',
  { skip },
  async (t) => {
    const board = new SimulatedKmtronic()
    await using served = await serveOnTcp(board)
    const { link } = await ptyOf(t, served)
    const options = { driver: 'kmtronic', port: link, relay: 1 } as const
    const outlet = await openOutlet(options)
    t.match(outlet.id, /^tty:\/dev\/pts\/\d+#1$/)
    t.equal(await outlet.state(), 'off')
    await outlet.on()
    t.equal(board.relay(0).isClosed, true)

    const other = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { openOutlet } = await import('viewnet/devices/power')
      await openOutlet(${JSON.stringify(options)}).catch((error) => console.log(error.code, error.message))`,
      ],
      // Built code, as a consumer runs it.
      { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
    )
    let said = ''
    other.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    await once(other, 'close')
    t.match(said, new RegExp(`ERR_VIEWNET_POWER_BUSY .* is held by (process ${process.pid} |another program)`))
    await outlet.close()
    t.equal(board.relay(0).isClosed, false)
  },
)

t.test('a console is read through a terminal device, and its hang-up is a loss', { skip }, async (t) => {
  const camera = new SimulatedConsole({ bootMs: 20 })
  await using served = await serveOnTcp(camera)
  const { link, socat } = await ptyOf(t, served)
  await using serial = await openConsole({ port: link, pauseMs: 50 })
  const ready = serial.waitFor('ready', { timeoutMs: 30_000 })
  camera.powerOn()
  t.match(await ready, { text: 'camera login: ' })
  socat.kill()
  for (let tries = 0; tries < 1200 && serial.counts.losses === 0; tries++) await sleep(25)
  t.equal(serial.counts.losses, 1)
  camera.powerOff()
})

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import t from 'tap'
import { batchOf, encodeBatch, MqttPublisher, RunReader } from '../../../harness/evidence/index.js'
import { resourceRecord } from './records.js'

// Debian puts daemons where an ordinary PATH does not look.
const program = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'].find(existsSync)
const passwordTool = ['/usr/bin/mosquitto_passwd', '/usr/local/bin/mosquitto_passwd'].find(existsSync)
const skip = program && passwordTool ? false : 'mosquitto is not installed'

/** A port that was free a moment ago; mosquitto cannot tell which one it took. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function startMosquitto(folder: string): Promise<{ url: string; port: number; process: ChildProcess }> {
  const port = await freePort()
  const passwords = join(folder, 'passwords')
  const made = spawn(passwordTool ?? '', ['-c', '-b', passwords, 'operator', 'hunter2'])
  await once(made, 'exit')
  const settings = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous false',
    `password_file ${passwords}`,
    'persistence false',
  ]
  // Started as root, it would otherwise become a user who may not read the folder.
  if (process.getuid?.() === 0) settings.push('user root')
  writeFileSync(join(folder, 'mosquitto.conf'), `${settings.join('\n')}\n`)
  const child = spawn(program ?? '', ['-v', '-c', join(folder, 'mosquitto.conf')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`mosquitto ended: ${log}`)))
    child.stderr.on('data', (chunk) => {
      log = `${log}${String(chunk)}`.slice(-10_000)
      if (/mosquitto version .* running/.test(log)) resolve()
    })
  })
  return { url: `mqtt://operator:hunter2@127.0.0.1:${port}`, port, process: child }
}

t.test('publishes to mosquitto and reads back from it, will and all [MQTT 3.1.1]', { skip }, async (t) => {
  const mosquitto = await startMosquitto(t.testdir())
  t.teardown(() => mosquitto.process.kill())
  const { url, port } = mosquitto
  const place = { site: 'lab', station: 'bench-1' }
  const watcher = await connectAsync(url, { protocolVersion: 4 })
  const statuses: unknown[] = []
  const offline = new Promise<void>((resolve) => {
    watcher.on('message', (_topic, payload) => {
      statuses.push(JSON.parse(payload.toString()))
      if (statuses.length === 2) resolve()
    })
  })
  await watcher.subscribeAsync('viewnet/v1/lab/bench-1/status', { qos: 1 })
  const reader = await RunReader.subscribe({ broker: url, run: 'r1' })
  const publisher = new MqttPublisher({ broker: url, ...place })
  await publisher.connect()
  t.equal(publisher.broker, `mqtt://127.0.0.1:${port}`)
  for (let i = 0; i < 300; i++) {
    const batch = batchOf({ run: 'r1', flow: 'f1', batch: i, first: i }, [resourceRecord(i + 1)])
    publisher.packets(batch, encodeBatch(batch))
  }
  publisher.state({ v: 1, run: 'r1', seed: 1, plan: [], versions: {}, progress: {}, ended: true, verdict: 'pass' })
  const numbers: number[] = []
  for await (const entry of reader) if (entry.type === 'packets') numbers.push(entry.batch.batch)
  t.strictSame(
    numbers,
    Array.from({ length: 300 }, (_, i) => i),
  )
  await publisher.drain()
  await publisher.close()
  await offline
  t.match(statuses, [
    { status: 'online', boot: publisher.bootId },
    { status: 'offline', boot: publisher.bootId },
  ])

  const wrong: unknown = await new MqttPublisher({ broker: `mqtt://operator:wrong-pw@127.0.0.1:${port}`, ...place })
    .connect()
    .then(
      () => undefined,
      (failure: unknown) => failure,
    )
  t.match(wrong, { code: 'ERR_VIEWNET_BROKER', message: /Not authorized/ })
  t.notMatch(wrong, { message: /wrong-pw/ })
  await watcher.endAsync()
})

import { connectAsync } from 'mqtt'
import t from 'tap'
import { batchOf, encodeBatch, MqttPublisher, RunReader } from '../../../harness/evidence/index.js'
import { Mosquitto, mosquittoAbsent as skip } from './mosquitto-server.js'
import { resourceRecord } from './records.js'

t.test('publishes to mosquitto and reads back from it, will and all [MQTT 3.1.1]', { skip }, async (t) => {
  const mosquitto = await Mosquitto.prepare(t.testdir(), { password: 'hunter2' })
  await mosquitto.start()
  t.teardown(() => mosquitto.kill('SIGTERM'))
  const { port } = mosquitto
  const url = `mqtt://operator:hunter2@127.0.0.1:${port}`
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

t.test('refuses JSON of 50 MB by its size, and names where it came from [evidence]', { skip }, async (t) => {
  const mosquitto = await Mosquitto.prepare(t.testdir())
  await mosquitto.start()
  t.teardown(() => mosquitto.kill('SIGTERM'))
  const reader = await RunReader.subscribe({ broker: mosquitto.url, run: 'r1' })
  const liar = await connectAsync(mosquitto.url, { protocolVersion: 4 })
  const topic = 'viewnet/v1/lab/bench-1/run/r1/packets/f1'
  const huge = Buffer.alloc(50_000_000, ' ')
  huge.write('{"v":1')
  const reading = (async () => {
    for await (const _entry of reader) t.fail('nothing of it is evidence')
  })()
  await Promise.all([
    t.rejects(reading, {
      code: 'ERR_VIEWNET_EVIDENCE_SIZE',
      where: topic,
      message: /at most 4194304 octets, got 50000000/,
    }),
    liar.publishAsync(topic, huge, { qos: 1 }),
  ])
  await liar.endAsync(true)
})

import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import t from 'tap'
import { MqttPublisher, RunReader } from '../../../harness/evidence/index.js'
import { PLACE } from './mqtt-run.js'

t.test('names an absent, a silent and a refusing broker, never the credentials [MQTT]', async (t) => {
  const absent = new MqttPublisher({ broker: 'mqtt://operator:hunter2@127.0.0.1:1', ...PLACE })
  t.equal(absent.broker, 'mqtt://127.0.0.1:1')
  const error: unknown = await absent.connect().then(
    () => undefined,
    (failure: unknown) => failure,
  )
  t.match(error, { code: 'ERR_VIEWNET_BROKER', message: /expected a connection, got .*ECONNREFUSED.*embedded/ })
  t.notMatch(error, { message: /operator|hunter2/ })

  const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const url = `mqtt://127.0.0.1:${(silent.address() as AddressInfo).port}`
  await t.rejects(new MqttPublisher({ broker: url, ...PLACE }).connect({ timeoutMs: 50 }), {
    code: 'ERR_VIEWNET_BROKER',
    message: /within 50 ms, got no answer/,
  })
  const aborted = AbortSignal.abort(new Error('enough'))
  await t.rejects(new MqttPublisher({ broker: url, ...PLACE }).connect({ signal: aborted }), { message: 'enough' })
  const controller = new AbortController()
  const attempt = new MqttPublisher({ broker: url, ...PLACE }).connect({ signal: controller.signal })
  controller.abort(new Error('enough'))
  await t.rejects(attempt, { message: 'enough' })
  await t.rejects(RunReader.subscribe({ broker: url, run: 'r1', timeoutMs: 50 }), { code: 'ERR_VIEWNET_BROKER' })
  silent.close()

  // CONNACK: 'bad user name or password' (MQTT 3.1.1, 3.2.2.3).
  const refusing = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(Uint8Array.of(0x20, 2, 0, 4)))
  }).listen(0, '127.0.0.1')
  await once(refusing, 'listening')
  const strict = `mqtt://127.0.0.1:${(refusing.address() as AddressInfo).port}`
  const environment = { VIEWNET_BROKER_USERNAME: 'operator', VIEWNET_BROKER_PASSWORD: 'user name' }
  const refused: unknown = await new MqttPublisher({ broker: strict, ...PLACE, environment }).connect().then(
    () => undefined,
    (failure: unknown) => failure,
  )
  t.match(refused, { code: 'ERR_VIEWNET_BROKER', message: /Bad/ })
  t.notMatch(refused, { message: /user name/ }, 'not even where the password is part of the reason')
  refusing.close()
})

t.test('sends the credentials of the URL, or of the environment [MQTT]', async (t) => {
  const connects: Buffer[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (octets) => {
      connects.push(octets)
      socket.end(Uint8Array.of(0x20, 2, 0, 5))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const environment = { VIEWNET_BROKER_USERNAME: 'env-user', VIEWNET_BROKER_PASSWORD: 'env-pass' }
  for (const broker of [`mqtt://url-user:url%2Fpass@127.0.0.1:${port}`, `mqtt://127.0.0.1:${port}`]) {
    await t.rejects(new MqttPublisher({ broker, ...PLACE, environment }).connect(), { code: 'ERR_VIEWNET_BROKER' })
  }
  t.ok(connects[0]?.includes('url-user') && connects[0].includes('url/pass'))
  t.ok(connects[1]?.includes('env-user') && connects[1].includes('env-pass'))
  t.ok(connects[0]?.includes(Buffer.from('MQTT\u0004')), 'protocol level 4: MQTT 3.1.1')
  server.close()
})

t.test('refuses options and addresses that are wrong, by name and without credentials', (t) => {
  const make = (options: object) => () => new MqttPublisher({ broker: 'mqtt://127.0.0.1', ...PLACE, ...options })
  t.throws(make({ maxInflight: 1 }), {
    code: 'ERR_VIEWNET_OPTION',
    message: /maxInflight: unknown option; did you mean 'maxInFlight'/,
  })
  t.throws(make({ maxInFlight: 0 }), { code: 'ERR_VIEWNET_OPTION', message: /maxInFlight: / })
  t.throws(make({ site: 'a/b' }), { code: 'ERR_VIEWNET_TOPIC', message: /^site: / })
  t.throws(make({ station: '' }), { code: 'ERR_VIEWNET_TOPIC' })
  for (const broker of [
    'http://u:pw@h',
    'u:pw@h',
    'mqtt://u:pw@h/topic',
    'mqtt//u:pw@h',
    'mqtt://u:pw@',
    'mqtt://u:pw@h:99999',
    'mqtt://u:pw@h?x=1',
  ]) {
    t.throws(make({ broker }), { code: 'ERR_VIEWNET_ADDRESS', message: /^(?!.*pw)/s }, broker)
  }
  t.equal(make({ broker: 'mqtt://[::1]' })().broker, 'mqtt://[::1]:1883')
  t.equal(make({ broker: 'mqtts://broker.lab/' })().broker, 'mqtts://broker.lab:8883')
  t.end()
})

import { once } from 'node:events'
import { connect } from 'node:net'
import { connectAsync, type MqttClient } from 'mqtt'
import t from 'tap'
import { EmbeddedBroker } from '../../../harness/evidence/index.js'
import { MqttFrameLimit } from '../../../harness/evidence/frame-limit.js'

function closing(client: MqttClient): Promise<void> {
  return new Promise((resolve) => client.once('close', () => resolve()))
}

t.test('the embedded broker takes MQTT 3.1.1 on loopback, and closes twice [MQTT]', async (t) => {
  const broker = await EmbeddedBroker.start()
  t.match(broker.url, /^mqtt:\/\/127\.0\.0\.1:\d+$/)
  const client = await connectAsync(broker.url, {
    protocolVersion: 4,
    clean: false,
    clientId: 'keeper',
    reconnectPeriod: 0,
  })
  const heard = new Promise<string>((resolve) => client.once('message', (_topic, payload) => resolve(String(payload))))
  await client.subscribeAsync('a/b', { qos: 1 })
  await client.publishAsync('a/b', 'hello', { qos: 1 })
  t.equal(await heard, 'hello')
  await client.endAsync()
  const again = await connectAsync(broker.url, {
    protocolVersion: 4,
    clean: false,
    clientId: 'keeper',
    reconnectPeriod: 0,
  })
  const packets: string[] = []
  again.on('packetreceive', ({ cmd }) => packets.push(cmd))
  await again.publishAsync('a/b', 'nobody', { qos: 1 })
  t.notOk(packets.includes('publish'), 'no session was kept')
  const closed = closing(again)
  await broker.close()
  await broker.close()
  await closed
  await again.endAsync(true)
})

t.test('the embedded broker cuts a connection whose packet is too long, and no other [MQTT]', async (t) => {
  await using broker = await EmbeddedBroker.start({ maxPacketOctets: 4096 })
  const modest = await connectAsync(broker.url, { protocolVersion: 4, reconnectPeriod: 0 })
  const greedy = await connectAsync(broker.url, { protocolVersion: 4, reconnectPeriod: 0 })
  const closed = closing(greedy)
  greedy.publish('a', Buffer.alloc(5000), { qos: 1 }, () => undefined)
  await closed
  await t.resolves(modest.publishAsync('a', Buffer.alloc(4000), { qos: 1 }))
  await Promise.all([modest.endAsync(), greedy.endAsync(true)])
})

t.test('the embedded broker takes no more connections than it may [MQTT]', async (t) => {
  await using broker = await EmbeddedBroker.start({ maxConnections: 1 })
  const first = await connectAsync(broker.url, { protocolVersion: 4 })
  const second = connect(Number(new URL(broker.url).port), '127.0.0.1')
  second.on('error', () => undefined)
  await once(second, 'close')
  t.ok(first.connected)
  await first.endAsync()
})

t.test('the embedded broker says which port it could not have, and which option is wrong', async (t) => {
  await using broker = await EmbeddedBroker.start()
  const port = Number(new URL(broker.url).port)
  await t.rejects(EmbeddedBroker.start({ port }), {
    code: 'ERR_VIEWNET_BROKER',
    message: new RegExp(`127.0.0.1:${port}`),
  })
  await t.rejects(EmbeddedBroker.start({ port: 70_000 }), { code: 'ERR_VIEWNET_OPTION', message: /port: / })
})

t.test('reads the lengths of MQTT packets however they are cut [MQTT 3.1.1, 2.2.3]', async (t) => {
  // A PINGREQ, then a PUBLISH of 200 octets, whose length takes two octets (0xc8 0x01), then a PINGREQ.
  const stream = Buffer.concat([
    Uint8Array.of(0xc0, 0, 0x30, 0xc8, 0x01),
    Buffer.alloc(200, 0xff),
    Uint8Array.of(0xc0, 0),
  ])
  for (const size of [1, 2, 3, 7, 500]) {
    const limit = new MqttFrameLimit(200)
    const out: Buffer[] = []
    limit.on('data', (chunk: Buffer) => out.push(chunk))
    for (let at = 0; at < stream.length; at += size) limit.write(stream.subarray(at, at + size))
    limit.end()
    await once(limit, 'end')
    t.ok(Buffer.concat(out).equals(stream))
  }
  for (const octets of [
    [0x30, 0xc9, 0x01],
    [0x30, 0x80, 0x80, 0x80, 0x80],
  ]) {
    const limit = new MqttFrameLimit(200)
    const failed = once(limit, 'error')
    limit.resume().write(Uint8Array.from(octets))
    t.match(await failed, [/expected at most 200 octets/])
  }
})

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { batchOf, encodeBatch, MqttPublisher, RunReader } from '../../../harness/evidence/index.js'
import { Mosquitto, mosquittoAbsent } from './mosquitto-server.js'
import { resourceRecord } from './records.js'

const PLACE = { site: 'lab', station: 'bench-1' }

const skip = mosquittoAbsent || opensslAbsent()

function opensslAbsent(): string | false {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return false
  } catch {
    return 'openssl is not installed'
  }
}

/** An authority, a broker's certificate for 127.0.0.1, and a bench's own, as a lab makes them; good for a day. */
function makeCertificates(folder: string): void {
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-x509', ...key, '-days', '1', '-subj', '/CN=lab', '-keyout', 'ca.key', '-out', 'ca.pem')
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1\n')
  for (const name of ['broker', 'bench']) {
    openssl('req', ...key, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`)
    const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1', '-extfile', 'names']
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.pem`)
  }
}

t.test(
  'mqtts: certificates by environment, both ways, and every wrong one named [MQTT 3.1.1, 5]',
  { skip },
  async (t) => {
    const folder = t.testdir()
    makeCertificates(folder)
    const file = (name: string): string => join(folder, name)
    const settings = [
      `cafile ${file('ca.pem')}`,
      `certfile ${file('broker.pem')}`,
      `keyfile ${file('broker.key')}`,
      'require_certificate true',
      'persistence false',
    ]
    const mosquitto = await Mosquitto.prepare(folder, { password: 'hunter2', settings })
    await mosquitto.start()
    t.teardown(() => mosquitto.kill('SIGTERM'))
    const broker = `mqtts://127.0.0.1:${mosquitto.port}`
    const environment = {
      VIEWNET_BROKER_USERNAME: 'operator',
      VIEWNET_BROKER_PASSWORD: 'hunter2',
      VIEWNET_BROKER_CA: file('ca.pem'),
      VIEWNET_BROKER_CERT: file('bench.pem'),
      VIEWNET_BROKER_KEY: file('bench.key'),
    }

    const reader = await RunReader.subscribe({ broker, run: 'r1', environment })
    const publisher = new MqttPublisher({ broker, ...PLACE, environment })
    await publisher.connect()
    const batch = batchOf({ run: 'r1', flow: 'f1', batch: 0, first: 0 }, [resourceRecord(1)])
    publisher.packets(batch, encodeBatch(batch))
    publisher.state({ v: 1, run: 'r1', seed: 1, plan: [], versions: {}, progress: {}, ended: true })
    const entries = []
    for await (const entry of reader) entries.push(entry.type)
    t.strictSame(entries, ['packets', 'state'])
    await publisher.close()

    const {
      VIEWNET_BROKER_CA: ca,
      VIEWNET_BROKER_CERT: certificate,
      VIEWNET_BROKER_KEY: key,
      ...credentials
    } = environment
    const refused: readonly [name: string, environment: Record<string, string>, error: RegExp][] = [
      [
        'an authority that nobody trusts',
        { ...credentials, VIEWNET_BROKER_CERT: certificate, VIEWNET_BROKER_KEY: key },
        /self-signed|unable to verify/,
      ],
      ['no certificate of our own', { ...credentials, VIEWNET_BROKER_CA: ca }, /expected a connection, got/],
      [
        'a file that is no certificate',
        { ...environment, VIEWNET_BROKER_CERT: file('names') },
        /expected a connection, got/,
      ],
    ]
    for (const [name, wrong, message] of refused) {
      const error: unknown = await new MqttPublisher({ broker, ...PLACE, environment: wrong }).connect().then(
        () => undefined,
        (failure: unknown) => failure,
      )
      t.match(error, { code: 'ERR_VIEWNET_BROKER', message }, name)
      t.notMatch(error, { message: /hunter2|PRIVATE KEY/ })
    }
  },
)

t.test('names the variable whose certificate is not there, before anything is sent', async (t) => {
  const make = (environment: Record<string, string>, broker = 'mqtts://127.0.0.1:1') =>
    new MqttPublisher({ broker, ...PLACE, environment })
  await t.rejects(make({ VIEWNET_BROKER_CA: '/nowhere/ca.pem' }).connect(), {
    code: 'ERR_VIEWNET_CREDENTIALS',
    message: /^VIEWNET_BROKER_CA: expected a PEM file to read, got ENOENT/,
  })
  t.throws(() => make({ VIEWNET_BROKER_CERT: 'bench.pem' }), {
    code: 'ERR_VIEWNET_CREDENTIALS',
    message: /expected VIEWNET_BROKER_KEY together with VIEWNET_BROKER_CERT/,
  })
  t.throws(() => make({ VIEWNET_BROKER_KEY: 'bench.key', VIEWNET_BROKER_CERT: '' }), {
    message: /expected VIEWNET_BROKER_CERT together with VIEWNET_BROKER_KEY/,
  })
  t.doesNotThrow(() => make({ VIEWNET_BROKER_CERT: 'bench.pem' }, 'mqtt://127.0.0.1:1'), 'not asked for without TLS')
})

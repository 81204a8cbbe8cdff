import t from 'tap'
import { SimulatedRecorder } from 'viewnet/devices/simulated'
import { openDevice, parseBench, type OnvifBenchDevice } from '../../../harness/bench/index.js'

/** The device of a bench file. */
function bench(url: string, ...lines: readonly string[]): OnvifBenchDevice {
  const device = ['number: 00001-00020-00300-00007', 'driver: onvif', `url: ${url}`, ...lines]
  const [described] = parseBench(`devices:\n  - ${device.join('\n    ')}\n`, 'bench.yaml').devices
  if (described?.driver !== 'onvif') throw new Error('the bench file has another device')
  return described
}

t.test(
  'opens a device over https by the fingerprint of its certificate, or by saying that it is insecure',
  async (t) => {
    await using recorder = new SimulatedRecorder({ quirks: ['https'] })
    await recorder.start()
    const fingerprint = recorder.certificateFingerprint ?? ''
    for (const trust of [`{ fingerprint: '${fingerprint}' }`, '{ insecure: true }']) {
      const device = openDevice(bench(recorder.url, `tls: ${trust}`, 'callTimeoutMs: 5000'))
      t.match(await device.describe(), { capabilities: { listRecordings: true } }, trust)
      await device.close?.()
    }
    const device = openDevice(bench(recorder.url))
    await t.rejects(device.describe(), { code: 'ERR_VIEWNET_DEVICE_UNREACHABLE', message: fingerprint })
    await device.close?.()
  },
)

const REFUSALS = [
  { lines: ['tls: { insecure: false }'], says: /tls.*expected .*fingerprint: SHA-256.*insecure: true/ },
  { lines: ["tls: { fingerprint: 'ab:cd' }"], says: /tls/ },
  { lines: ['maxReplyBytes: 12'], says: /maxReplyBytes.*1024/ },
  { lines: ['callTimeoutMs: soon'], says: /callTimeoutMs/ },
] as const

for (const { lines, says } of REFUSALS) {
  t.test(`refuses ${lines.join(', ')} and says where`, (t) => {
    t.throws(() => bench('https://192.0.2.7/onvif', ...lines), { code: 'ERR_VIEWNET_BENCH_FILE', message: says })
    t.end()
  })
}

t.test('refuses trust in a certificate where there is none', (t) => {
  t.throws(() => bench('http://192.0.2.7/onvif', 'tls: { insecure: true }'), {
    code: 'ERR_VIEWNET_BENCH_FILE',
    message: /tls: expected an https:\/\/ URL beside it/,
  })
  t.end()
})

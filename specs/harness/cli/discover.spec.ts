import t from 'tap'
import { DiscoveryResponder } from '../../../devices/simulated/discovery-responder.js'
import { SimulatedRecorder } from '../../../devices/simulated/index.js'
import { jsonLines, viewnet } from './viewnet.js'

t.test('finds devices and tells what they offer, as JSON lines and as a table', async (t) => {
  await using recorder = new SimulatedRecorder({ user: 'admin', password: 'secret-1' })
  await recorder.start()
  await using responder = new DiscoveryResponder({ url: recorder.url, port: 0, multicast: false })
  await responder.start()
  await using absent = new DiscoveryResponder({
    url: 'http://127.0.0.1:9/onvif/device_service',
    port: 0,
    multicast: false,
  })
  await absent.start()
  const addresses = [responder.port, absent.port].flatMap((port) => ['--address', `127.0.0.1:${port}`])

  const json = await viewnet(['discover', ...addresses, '--timeout', '2', '--json'])
  t.equal(json.status, 0, json.stderr)
  const devices = jsonLines(json.stdout)
  t.equal(devices.length, 2)
  t.match(
    devices.find(({ url }) => url === recorder.url),
    { name: 'Viewnet Simulated Recorder', hardware: 'simulated', location: 'bench', search: true, replay: true },
  )
  t.match(
    devices.find(({ url }) => url === 'http://127.0.0.1:9/onvif/device_service'),
    { search: null, replay: null, services: [] },
    'not known is null, never false',
  )
  t.match(json.stderr, `found ${recorder.url} Viewnet Simulated Recorder`)

  const text = await viewnet(['discover', ...addresses, '--timeout', '2'])
  t.match(text.stdout, new RegExp(`${recorder.url}.*Viewnet Simulated Recorder.*simulated.*bench.*yes.*yes`))
  t.match(text.stdout, /127\.0\.0\.1:9\/onvif\/device_service.*\?.*\?/)
})

t.test('says what to look at when nothing answered, and exits 0 with nothing on stdout', async (t) => {
  const { status, stdout, stderr } = await viewnet([
    'discover',
    '--address',
    '127.0.0.1:9',
    '--timeout',
    '0.2',
    '--json',
  ])
  t.strictSame([status, stdout], [0, ''])
  t.match(stderr, /no device answered on 127\.0\.0\.1:9\. Is discovery switched on/)
})

t.test('exits 2 when nothing could be probed, and 3 when wrongly used', async (t) => {
  const rows: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['--address', '255.255.255.255'], 2, /expected a network to probe, got 255\.255\.255\.255/],
    [['--interface', 'l0'], 3, /got 'l0'/],
    [['--interface', 'lo', '--address', '127.0.0.1'], 3, /either --interface or --address/],
    [['--address', 'http://127.0.0.1/'], 3, /expected an address such as/],
    [['--address', '127.0.0.1', '--timeout', '61'], 3, /0\.1–60 seconds, got '61'/],
  ]
  for (const [args, status, says] of rows) {
    const ended = await viewnet(['discover', ...args])
    t.equal(ended.status, status, args.join(' '))
    t.match(ended.stderr, says)
    t.equal(ended.stdout, '')
  }
})

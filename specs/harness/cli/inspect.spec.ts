import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ReplayedDevice, SimulatedRecorder } from '../../../devices/simulated/index.js'
import { envelope, services, SoapServer, type Answer } from '../../devices/onvif/soap-server.js'
import { viewnet } from './viewnet.js'

const USER = 'jane-inspector'
const PASSWORD = 'Sécret&"word"'

function folder(t: Test): string {
  return join(t.testdir(), 'saved')
}

/** Every octet of a folder, names of files included. */
function contentOf(path: string): string {
  return readdirSync(path)
    .map((name) => `${name}\n${readFileSync(join(path, name), 'latin1')}`)
    .join('\n')
}

t.test('prints the page of a device, or the same as JSON', async (t) => {
  await using recorder = new SimulatedRecorder({
    user: USER,
    password: PASSWORD,
    recordings: 30,
    quirks: ['times-without-zone'],
  })
  await recorder.start()
  const args = ['inspect', '--url', recorder.url, '--user', USER, '--password-env', 'LAB_PASSWORD']
  const env = { LAB_PASSWORD: PASSWORD }
  const text = await viewnet(args, { env })
  t.equal(text.status, 0, text.stderr)
  t.match(text.stdout, /identity .*Viewnet Simulated Recorder/)
  t.match(text.stdout, /30 in 4 recordings and 4 channels/)
  t.match(text.stdout, /times-without-zone \(\d+ times\): \w+ of .* is '\d{4}-\d\d-\d\dT[\d:.]+'/)
  t.match(text.stdout, 'Errors: none')

  const json = await viewnet([...args, '--json'], { env })
  t.equal(json.status, 0)
  t.match(JSON.parse(json.stdout), {
    url: recorder.url,
    resources: { count: 30, first: { start: /Z$/, end: /Z$/, channel: Number, identity: String, coarse: false } },
    saved: null,
    errors: [],
  })
  for (const output of [text, json]) t.notOk(`${output.stdout}${output.stderr}`.includes(PASSWORD))
})

t.test('saves the responses without a secret, so that they are served and listed again', async (t) => {
  for (const quirks of [[], ['http-digest-only']]) {
    await using recorder = new SimulatedRecorder({ user: USER, password: PASSWORD, recordings: 30, quirks })
    await recorder.start()
    const saved = folder(t)
    const args = ['--user', USER, '--password', PASSWORD, '--save', saved, '--json']
    const { status, stderr } = await viewnet(['inspect', '--url', recorder.url, ...args])
    t.equal(status, 0, stderr)
    const content = contentOf(saved)
    for (const secret of [USER, PASSWORD, 'Sécret', 'S\u00c3\u00a9cret']) t.notOk(content.includes(secret), secret)
    t.notMatch(content, /<[\w:]*Nonce|Authorization|nonce=/i)
    t.match(JSON.parse(readFileSync(join(saved, 'device.json'), 'utf8')), {
      format: 'viewnet-saved-device/1',
      path: '/onvif/device_service',
      authentication: [quirks.length > 0 ? 'http-digest' : 'ws-security'],
      exchanges: { '001-GetSystemDateAndTime.xml': { path: '/onvif/device_service', status: 200 } },
    })

    await using again = new ReplayedDevice({ folder: saved })
    await again.start()
    const replayed = await viewnet(['inspect', '--url', again.url, '--json'])
    const { resources } = JSON.parse(replayed.stdout) as { resources: { count: number; first: { identity: string } } }
    const [first] = recorder.truth()
    t.match(resources, { count: 30, first: { identity: first?.identity } })
  }
})

t.test('saves nothing of what a device echoes: token, header, addresses with credentials', async (t) => {
  const echo: Answer = (response, message) => {
    const header = /<s:Header>(.*)<\/s:Header>/s.exec(message)?.[1] ?? ''
    const words = [...header.matchAll(/>([^<>]+)</g)].map((match) => match[1]!)
    response.writeHead(200, { 'content-type': `text/xml; echo="${words.join(' ')}"` })
    response.end(
      envelope(
        `<d:GetDeviceInformationResponse><d:Model>seen ${words.join(' and ')}</d:Model><d:Echo>${header}</d:Echo>` +
          `<d:SerialNumber>http://${USER}:pw-of-url@192.0.2.1/?user=x&amp;pwd=pw-of-query</d:SerialNumber></d:GetDeviceInformationResponse>`,
      ).replace('?><e:', ' encoding="UTF-8"?><e:'),
    )
  }
  await using device = new SoapServer({ GetDeviceInformation: echo, GetServices: services('http://127.0.0.1/none') })
  await device.start()
  const saved = folder(t)
  const args = ['--user', USER, '--password', PASSWORD, '--save', saved]
  await viewnet(['inspect', '--url', device.url, ...args])
  const sent = device.messages.flatMap((message) =>
    [...message.matchAll(/<\w+:(?:Username|Password|Nonce|Created)[^>]*>([^<]+)</g)].map((match) => match[1]!),
  )
  t.ok(sent.length >= 4, 'a token was sent')
  const content = contentOf(saved)
  for (const secret of [...sent, 'pw-of-url', 'pw-of-query']) t.notOk(content.includes(secret), secret)
  t.match(content, 'seen REMOVED and REMOVED', 'and the rest is there')
})

t.test('tells by its exit status whether the device answered, and well', async (t) => {
  await using recorder = new SimulatedRecorder({ user: USER, password: PASSWORD, recordings: 2 })
  await recorder.start()
  const wrong = await viewnet(['inspect', '--url', recorder.url, '--user', USER, '--password', 'wrong'])
  t.equal(wrong.status, 1)
  t.match(wrong.stdout, /identity: .*ERR_VIEWNET_DEVICE_REFUSED/)
  const absent = await viewnet(['inspect', '--url', 'http://127.0.0.1:9/onvif/device_service', '--json'])
  t.equal(absent.status, 2)
  t.match(JSON.parse(absent.stdout), { identity: null, errors: [{ code: 'ERR_VIEWNET_DEVICE_UNREACHABLE' }] })
})

t.test('refuses wrong usage by name, and never prints a password', async (t) => {
  const url = 'http://127.0.0.1:9/onvif/device_service'
  const full = mkdtempSync(join(tmpdir(), 'viewnet-inspect-'))
  writeFileSync(join(full, 'notes.txt'), '')
  const rows: readonly (readonly [readonly string[], RegExp])[] = [
    [['--url', `http://admin:hidden-1@127.0.0.1/`], /credentials/],
    [['--url', url, '--password', 'hidden-1'], /--user/],
    [['--url', url, '--user', 'u', '--password', 'hidden-1', '--password-env', 'X'], /--password or --password-env/],
    [['--url', url, '--user', 'u', '--password-env', 'NOT_SET_ANYWHERE'], /'NOT_SET_ANYWHERE', which is not set/],
    [['--url', url, '--insecure'], /https/],
    [['--url', url, '--save', full], /new or empty folder, got one that holds 'notes\.txt'/],
  ]
  for (const [args, says] of rows) {
    const ended = await viewnet(['inspect', ...args])
    t.equal(ended.status, 3, `${args.join(' ')}: ${ended.stderr}`)
    t.match(ended.stderr, says)
    t.notOk(ended.stderr.includes('hidden-1'))
  }
})

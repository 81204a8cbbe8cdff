import t from 'tap'
import { QUIRKS } from '../../../devices/simulated/index.js'
import { start, viewnet } from './viewnet.js'

const SIMULATE = 'simulate onvif --recordings 9 --channels 2 --json'

t.test('takes several quirks with commas between them, and blanks as people type them', async (t) => {
  const command = [...SIMULATE.split(' '), '--quirks', 'no-search, results-shuffled,still-recording']
  const recorder = start(command)
  const ready = await recorder.ready()
  t.match(ready, { ready: true, recordings: 9, channels: 2, expectedFailure: 'ERR_VIEWNET_DEVICE_UNSUPPORTED' })
  t.match(ready, { url: /^http:\/\/127\.0\.0\.1:\d+\/onvif\/device_service$/ })
  const inspected = await viewnet(['inspect', '--url', String(ready['url']), '--json'])
  t.notMatch((JSON.parse(inspected.stdout) as { services: readonly unknown[] }).services, [{ name: 'search' }])
  t.equal((await recorder.stop('SIGTERM')).status, 0)
})

const REFUSALS = [
  { quirks: 'state-lost', says: /unknown quirk 'state-lost'; did you mean 'state-last'\?/ },
  { quirks: 'something-else-entirely', says: /unknown quirk 'something-else-entirely'; the nearest is '[a-z-]+'/ },
  { quirks: 'dtd,html,chunked', says: /quirks 'html' and 'dtd' contradict each other/ },
  { quirks: 'http-digest-only', says: /quirk 'http-digest-only' needs a user and a password/ },
] as const

for (const { quirks, says } of REFUSALS) {
  t.test(`refuses --quirks ${quirks}, with status 3 and nothing on stdout`, async (t) => {
    const { status, stdout, stderr } = await viewnet(`${SIMULATE} --quirks ${quirks}`)
    t.equal(status, 3)
    t.equal(stdout, '')
    t.match(stderr, says)
  })
}

t.test('tells every quirk and what it does in its help', async (t) => {
  const { stdout, status } = await viewnet('simulate onvif --help')
  t.equal(status, 0)
  for (const [name, line] of Object.entries(QUIRKS)) t.ok(stdout.includes(name) && stdout.includes(line), name)
})

import t from 'tap'
import { ReplayedDevice } from '../../../devices/simulated/index.js'
import { capturesFolder } from '../../devices/onvif/shared.js'
import { viewnet } from './viewnet.js'

/** What the page says for its row, or its quirk, its lines joined. */
function factsOf(page: string): ReadonlyMap<string, string> {
  const facts = new Map<string, string>()
  let name = ''
  for (const line of page.split('\n')) {
    const row = /^│ (.{16}) │ (.*?) *│$/.exec(line)
    const quirk = /^ {2}([a-z\d-]+)(?: \(\d+ times\))?: (.*)$/.exec(line)
    if (row) name = row[1]!.trim() || name
    const value = row?.[2] ?? quirk?.[2]
    if (row && value !== undefined) facts.set(name, `${facts.get(name) ?? ''} ${value}`.trim())
    else if (quirk && value !== undefined) facts.set(quirk[1]!, value)
  }
  return facts
}

t.test(
  'inspects the replies that were recorded from real devices, served again as one',
  { skip: capturesFolder ? false : 'the folder ../shared/onvif/captures is absent' },
  async (t) => {
    await using device = new ReplayedDevice({ folder: capturesFolder! })
    await device.start()
    const { status, stdout, stderr } = await viewnet(['inspect', '--url', device.url])
    for (const line of stdout.trimEnd().split('\n')) t.comment(line)
    t.equal(status, 0, stderr)
    const facts = factsOf(stdout)
    const said = Object.fromEntries(facts)
    t.match(said, {
      device: device.url,
      identity: 'Milesight Technology Co.,Ltd. MS-C8165-PE, firmware 61.8.0.3-r8, serial number EM82V102329001403',
      // The replies are of 2024, and the page counts from today.
      clock: /^\d+ days(?: \d+ hours?)? behind ours$/,
      authentication: 'none: it answered questions without any',
      services: 'device, search, recording, replay, events',
      search: 'not known',
      summary: '8 recordings, data from 1970-01-01T00:00:00Z to 2024-12-13T08:08:49Z',
      resources:
        /^1 in 1 recording and 1 channel; 0 still recording; 1 known only by where the data of a track begin and end/,
    })
    t.match(
      facts.get('resources'),
      'first 1970-01-01T00:03:15.000Z to 2025-03-15T16:28:00.000Z, channel 1, OnvifRecordingToken_1/videotracktoken_1',
    )
    t.equal(facts.get('clock-hours-off'), `the clock of the device is ${facts.get('clock')}`)
    t.match(facts.get('starts-1970'), 'track videotracktoken_1 of recording OnvifRecordingToken_1')
    t.match(facts.get('same-results-again'), '1 result, the same as the time before')
    t.match(facts.get('number-of-recordings-differs'), 'NumberRecordings is 8')
    t.match(facts.get('no-events'), '1 recording was listed, and no Track/State or Recording/State event')
    t.match(stdout, /Errors:\n {2}search capabilities: GetServiceCapabilities .*ERR_VIEWNET_DEVICE_UNSUPPORTED/)
  },
)

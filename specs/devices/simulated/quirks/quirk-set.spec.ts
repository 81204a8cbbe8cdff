import t from 'tap'
import { UsageError } from 'viewnet/device'
import { QUIRKS, SimulatedRecorder, type SimulatedRecorderOptions } from '../../../../devices/simulated/index.js'

const admin = { user: 'admin', password: 'secret' }

function refusal(options: SimulatedRecorderOptions): string {
  try {
    return `accepted, ${new SimulatedRecorder(options).channels} channels`
  } catch (error) {
    return error instanceof UsageError && error.code === 'ERR_VIEWNET_OPTION'
      ? error.message
      : `wrong error ${String(error)}`
  }
}

t.test('every quirk stands alone and is told in one line', async (t) => {
  for (const [name, line] of Object.entries(QUIRKS)) {
    t.match(refusal({ quirks: [name], ...admin }), /^accepted/, name)
    t.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/)
    t.ok(line.length > 10 && line.length < 130 && !line.includes('\n'), line)
  }
})

t.test('refuses what is no quirk, with the nearest that is', async (t) => {
  t.equal(
    refusal({ quirks: ['state-lost'] }),
    "simulated recorder: unknown quirk 'state-lost'; did you mean 'state-last'?",
  )
  t.match(refusal({ quirks: ['something-else-entirely'] }), /'something-else-entirely'; the nearest is '[a-z-]+'$/)
  t.match(refusal({ quirks: ['http-digest', 'constructor'], ...admin }), /'http-digest-only'.*'constructor'/)
})

t.test('refuses quirks that contradict each other, naming them', async (t) => {
  for (const together of [
    ['one-recording', 'recording-per-clip'],
    ['times-without-zone', 'times-with-offset'],
    ['no-authentication', 'http-digest-only'],
    ['drips', 'html'],
    ['no-search', 'dtd'],
    ['no-events', 'local-time'],
  ]) {
    const said = refusal({ quirks: together, ...admin })
    t.match(said, /contradict/)
    t.ok(
      together.every((name) => said.includes(`'${name}'`)),
      said,
    )
  }
  t.match(
    refusal({ quirks: ['http-digest-only', 'clock-drifts', 'chunked', 'https', 'state-last'], ...admin }),
    /^accepted/,
  )
})

t.test('refuses a quirk whose ground is missing', async (t) => {
  t.match(refusal({ quirks: ['http-digest-only'] }), /'http-digest-only' needs a user and a password/)
  t.match(refusal({ quirks: ['ipv6'], host: '127.0.0.1' }), /'ipv6' needs an IPv6 host, got '127.0.0.1'/)
  t.match(refusal({ quirks: ['recording-per-clip'], recordings: 200_000 }), /at most 100000 recordings, got 200000/)
})

t.test('says what a right driver fails with, where no list can be had', async (t) => {
  for (const [quirk, code] of [
    ['never-starts', 'ERR_VIEWNET_DEVICE_UNREACHABLE'],
    ['truncated-xml', 'ERR_VIEWNET_DEVICE_FAULT'],
    ['no-search', 'ERR_VIEWNET_DEVICE_UNSUPPORTED'],
    ['state-last', undefined],
  ] as const) {
    t.equal(new SimulatedRecorder({ quirks: [quirk] }).expectedFailure, code, quirk)
  }
})

import t from 'tap'
import { SimulatedRecorder } from '../../../devices/simulated/index.js'
import { UsageError } from 'viewnet/device'

/** The message of the error that the options earn, as an untyped caller would give them. */
function refusal(options: Record<string, unknown>): string {
  try {
    const recorder = new SimulatedRecorder(options)
    return `accepted, with ${recorder.channels} channels`
  } catch (error) {
    return error instanceof UsageError && error.code === 'ERR_VIEWNET_OPTION'
      ? error.message
      : `wrong error ${String(error)}`
  }
}

t.test('refuses an unknown option by name, with the nearest right one', async (t) => {
  t.equal(refusal({ recording: 5 }), "simulated recorder: recording: unknown option; did you mean 'recordings'?")
  t.equal(
    refusal({ pasword: 'x', user: 'u', password: 'x' }),
    "simulated recorder: pasword: unknown option; did you mean 'password'?",
  )
})

t.test('refuses values out of range, saying what was expected and got', async (t) => {
  for (const [name, value] of [
    ['recordings', -1],
    ['recordings', 1_000_001],
    ['recordings', 1.5],
    ['channels', 0],
    ['port', 65_536],
    ['seed', -1],
    ['newestMs', 0],
    ['searchDelayMs', -5],
    ['clockOffsetMs', Number.NaN],
  ] as const) {
    t.match(refusal({ [name]: value }), new RegExp(`: ${name}: .*, got ${value}$`), `${name} ${value}`)
  }
  t.match(refusal({ host: '' }), /: host: /)
  t.match(refusal({ stillRecording: 'yes' }), /: stillRecording: .*boolean/)
})

t.test('wants user and password together, and quotes neither', async (t) => {
  t.match(refusal({ user: 'admin' }), /user and password go together/)
  t.match(refusal({ password: 'secret' }), /user and password go together/)
  t.notMatch(refusal({ password: 'secret' }), /secret/)
  t.notMatch(refusal({ user: 'admin', password: ['secret'] }), /secret/)
})

t.test('takes everything at its default', async (t) => {
  const recorder = new SimulatedRecorder()
  t.equal(recorder.recordingCount, 200)
  t.equal(recorder.channels, 4)
  t.same(
    [...recorder.truth()],
    [...new SimulatedRecorder({ seed: 1, newestMs: Date.UTC(2026, 0), user: undefined }).truth()],
  )
})

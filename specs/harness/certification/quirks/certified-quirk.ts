import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeviceErrorCode } from 'viewnet/device'
import { OnvifDevice } from 'viewnet/devices/onvif'
import { SimulatedRecorder, type QuirkName } from 'viewnet/devices/simulated'
import type { DeviceUnderTest } from '../../../../harness/certification/index.js'
import type { CaseRecord, RunVerdict } from '../../../../harness/report/index.js'
import { certified } from '../certified.js'

/** Enough to tell a right list from a wrong one; the losses that the other cases make are none of the device's. */
export const CASES = ['reach', 'identify', 'list', 'count-agrees', 'clean'] as const

const NUMBER = '00001-00020-00300-00007'
const CREDENTIALS = { user: 'admin', password: 'correct horse' }
const RECORDINGS = 60

/** Devices that keep a driver waiting are waited for so long, and not ten seconds a question. */
const PATIENCE: Readonly<Partial<Record<QuirkName, { attemptTimeoutMs: number; callTimeoutMs: number }>>> = {
  'stops-half-way': { attemptTimeoutMs: 2500, callTimeoutMs: 5000 },
  drips: { attemptTimeoutMs: 2500, callTimeoutMs: 5000 },
  'never-starts': { attemptTimeoutMs: 2500, callTimeoutMs: 5000 },
}

/** What the certification of a recorder with one quirk came to, without anything that differs from run to run. */
export interface QuirkTrial {
  readonly quirk: QuirkName
  readonly verdict: RunVerdict
  readonly cases: readonly Pick<CaseRecord, 'id' | 'outcome' | 'why'>[]
  /** Resources that the list case counted; undefined where it came to none. */
  readonly listed: number | undefined
  /** How many there are for a right driver. */
  readonly trueCount: number
  readonly expectedFailure: DeviceErrorCode | undefined
}

/** Certify a recorder with one quirk: really, over sockets, with an embedded broker. */
export async function certifyQuirk(quirk: QuirkName): Promise<QuirkTrial> {
  await using recorder = new SimulatedRecorder({
    recordings: RECORDINGS,
    channels: 3,
    seed: 7,
    ...CREDENTIALS,
    quirks: [quirk],
  })
  await recorder.start()
  const folder = await mkdtemp(join(tmpdir(), 'viewnet-quirk-'))
  try {
    const record = await certified(folder, CASES, { device: deviceOf(recorder, quirk) })
    const resources = record.cases
      .find(({ id }) => id === 'list')
      ?.measurements.find(({ name }) => name === 'resources')?.value
    return {
      quirk,
      verdict: record.verdict,
      cases: record.cases.map(({ id, outcome, why }) => ({ id, outcome, why: lasting(why) })),
      listed: resources,
      trueCount: recorder.recordingCount,
      expectedFailure: recorder.expectedFailure,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** What a certification of that quirk must come to. A device at fault fails; one that falls silent could also be our network's fault. */
export function expectedVerdict({ expectedFailure }: QuirkTrial): RunVerdict {
  if (expectedFailure === undefined) return 'pass'
  return expectedFailure === DeviceErrorCode.unreachable ? 'could-not-test' : 'fail'
}

function deviceOf(recorder: SimulatedRecorder, quirk: QuirkName): DeviceUnderTest {
  const { url, certificateFingerprint: fingerprintSha256 } = recorder
  const open = (password: string): OnvifDevice =>
    new OnvifDevice({
      url,
      user: CREDENTIALS.user,
      password,
      pageSize: 20,
      ...PATIENCE[quirk],
      ...(fingerprintSha256 !== undefined && { tls: { fingerprintSha256 } }),
    })
  return {
    number: NUMBER,
    address: url,
    trueCount: recorder.recordingCount,
    power: undefined,
    console: undefined,
    head: undefined,
    switchings: [],
    resources: [],
    expected: undefined,
    limitOf: () => undefined,
    open: () => open(CREDENTIALS.password),
    openWithWrongPassword: () => open('wrong'),
    // Whoever opened the recorder closes it.
    close: () => Promise.resolve(),
  }
}

/** Ports and certificates are new each time. */
function lasting(why: string): string {
  return why.replaceAll(/(https?):\/\/(127\.0\.0\.1|\[::1\]):\d+/g, '$1://$2')
}

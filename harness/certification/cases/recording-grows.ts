import type { Recording } from 'viewnet/device'
import type { CaseResult, CertificationCase } from '../case.js'
import { listAll } from '../list-all.js'
import { pause } from '../pause.js'

/** Between the two listings: longer than devices need to bring their index up to date, which many do once a second. */
const GAP_MS = 2500

/** Devices tell their clocks in whole seconds, and our reading of it is a round trip old. */
const CLOCK_SLACK_MS = 2000

/** What is being recorded while somebody looks. */
export const recordingGrows: CertificationCase = {
  id: 'recording-grows',
  title: 'a recording that is being made stays open or grows, and the rest of the list stays as it was',
  async run({ device, findings, signal }) {
    const before = await listAll(device.listRecordings({ signal }))
    if (!before.some(mayGrow)) return judgeGrowth(before, before, 0)
    const listedAtMs = Date.now() + (findings.description?.clockOffsetMs ?? 0)
    await pause(GAP_MS, signal)
    const after = await listAll(device.listRecordings({ signal }))
    return judgeGrowth(before, after, listedAtMs)
  },
}

/**
 * Judge two listings of a device, one after the other.
 *
 * @param listedAtMs - when the first was complete, by the device's clock, ms since 1970
 */
export function judgeGrowth(before: readonly Recording[], after: readonly Recording[], listedAtMs: number): CaseResult {
  const known = new Map(after.map((recording) => [recording.identity, recording]))
  const pairs = before.map((recording) => ({ recording, now: known.get(recording.identity) }))
  const growing = pairs.filter(({ recording, now }) => now !== undefined && isGrowing(recording, now))
  const open = before.filter(({ endMs }) => endMs === undefined)
  const wrong = [
    ...pairs.flatMap(({ recording, now }) => changeOf(recording, now, before, listedAtMs)),
    ...newOnes(before, after)
      .filter(({ startMs }) => startMs < listedAtMs - CLOCK_SLACK_MS)
      .map(({ identity }) => `'${identity}' was not listed at first, though it had begun`),
  ]
  const measurements = [
    { name: 'resources', value: after.length, unit: 'resources', limit: null },
    { name: 'open or growing', value: growing.length, unit: 'resources', limit: null },
    { name: 'lost or changed', value: wrong.length, unit: 'resources', limit: '= 0' },
  ]
  const conclude = (outcome: CaseResult['outcome'], why: string): CaseResult => ({ outcome, measurements, why })
  if (wrong.length > 0)
    return conclude(
      'fail',
      `expected the list to stay as it was within ${GAP_MS / 1000} s, ${wrong.length} differ: ${wrong[0]}`,
    )
  if (growing.length > 0) return conclude('pass', '')
  return open.length > 0
    ? conclude('could-not-test', 'every recording that was being made ended meanwhile')
    : conclude('not-applicable', 'nothing is being recorded')
}

/** Of a finished interval the end is known; of the bounds of a track nobody can tell whether it is. */
const mayGrow = ({ endMs, coarse = false }: Recording): boolean => endMs === undefined || coarse

function isGrowing({ endMs }: Recording, now: Recording): boolean {
  if (now.endMs === undefined) return true
  return endMs !== undefined && now.endMs > endMs
}

/** What is wrong with a recording that was listed first; none: nothing. A full disk overwrites the oldest of a channel, which is nothing wrong. */
function changeOf(
  recording: Recording,
  now: Recording | undefined,
  before: readonly Recording[],
  listedAtMs: number,
): readonly string[] {
  const { identity, startMs, endMs } = recording
  const mayBeOverwritten = !before.some(
    ({ channel, startMs: other }) => channel === recording.channel && other < startMs,
  )
  if (now === undefined) return mayBeOverwritten ? [] : [`'${identity}' is gone`]
  if (now.startMs < startMs || (now.startMs > startMs && !mayBeOverwritten)) return [`'${identity}' begins elsewhere`]
  if (now.endMs === undefined) return []
  if (endMs === undefined)
    return now.endMs < listedAtMs - CLOCK_SLACK_MS ? [`'${identity}' was open, and had ended before that`] : []
  return now.endMs < endMs ? [`'${identity}' shrank`] : []
}

function newOnes(before: readonly Recording[], after: readonly Recording[]): readonly Recording[] {
  const known = new Set(before.map(({ identity }) => identity))
  return after.filter(({ identity }) => !known.has(identity))
}

import type { DeviceIdentity } from 'viewnet/device'
import { regularExpressionOf, type BenchDevice } from '../../bench/index.js'
import type { CertificationCase } from '../case.js'
import { heldTo } from '../held-to.js'
import { listAll } from '../list-all.js'

/** The device answers, and says what it can do. */
export const reach: CertificationCase = {
  id: 'reach',
  title: 'the device is reached and offers a recording search',
  async run({ device, findings, limitOf, signal }) {
    const startedAtMs = performance.now()
    const description = await device.describe({ signal })
    const answerMs = Math.round(performance.now() - startedAtMs)
    findings.description = description
    const { capabilities, clockOffsetMs } = description
    const held = [
      heldTo('answerMs', answerMs, limitOf('answerMs')),
      ...(clockOffsetMs === undefined
        ? []
        : [heldTo('clockOffsetMs', Math.round(clockOffsetMs), limitOf('clockOffsetMs'))]),
    ]
    const measurements = held.map(({ measurement }) => measurement)
    const why = problemsOf(held)
    if (capabilities.listRecordings) return { outcome: why === '' ? 'pass' : 'fail', measurements, why }
    const offered = capabilities.services.join(', ') || 'nothing'
    return { outcome: 'fail', measurements, why: `expected a recording search service, the device offers ${offered}` }
  },
}

/** What is beyond its limit, in a sentence; empty where nothing is. */
function problemsOf(held: readonly { readonly problem: string }[]): string {
  return held.flatMap(({ problem }) => (problem === '' ? [] : [problem])).join('; ')
}

/** The device says who it is. */
export const identify: CertificationCase = {
  id: 'identify',
  title: 'the device names its manufacturer, model, firmware and serial number',
  run({ findings, expected }) {
    const identity = findings.description?.identity
    if (!identity)
      return Promise.resolve({ outcome: 'could-not-test', measurements: [], why: 'the device was not reached' })
    const missing = Object.entries(identity)
      .filter(([, value]) => value === '')
      .map(([name]) => name)
    if (missing.length > 0)
      return Promise.resolve({
        outcome: 'fail',
        measurements: [],
        why: `the device leaves out its ${missing.join(', ')}`,
      })
    const why = mismatch(identity, expected ?? {})
    return Promise.resolve({ outcome: why === '' ? 'pass' : 'fail', measurements: [], why })
  },
}

/** Longest text of a device that an expression is tried on. */
const COMPARED_LONGEST = 256

/** What the device says otherwise than the bench file; empty where nothing. */
function mismatch(identity: DeviceIdentity, expected: NonNullable<BenchDevice['expect']>): string {
  return (['manufacturer', 'model', 'firmware'] as const)
    .flatMap((name) => {
      const wanted = expected[name]
      const got = identity[name]
      if (wanted === undefined) return []
      const expression = regularExpressionOf(wanted)
      const isRight = expression ? expression.test(got.slice(0, COMPARED_LONGEST)) : got === wanted
      return isRight ? [] : [`expected the ${name} ${wanted}, got '${got}'`]
    })
    .join('; ')
}

/** The device's list is complete, each resource named once, and where the truth is known, equal to it. */
export const list: CertificationCase = {
  id: 'list',
  title: 'the device lists its recordings completely, each once',
  async run({ device, findings, trueCount, limitOf, signal }) {
    const startedAtMs = performance.now()
    const listing = await listAll(device.listRecordings({ signal }))
    const listMs = Math.round(performance.now() - startedAtMs)
    findings.listing = listing
    const held = heldTo('listMs', listMs, limitOf('listMs'))
    const coarse = listing.filter((recording) => recording.coarse === true).length
    const measurements = [
      {
        name: 'resources',
        value: listing.length,
        unit: 'resources',
        limit: trueCount === undefined ? null : `= ${trueCount}`,
      },
      { name: 'coarse', value: coarse, unit: 'resources', limit: null },
      held.measurement,
    ]
    const distinct = new Set(listing.map(({ identity }) => identity)).size
    if (distinct !== listing.length) {
      return { outcome: 'fail', measurements, why: `${listing.length} resources have only ${distinct} identities` }
    }
    if (trueCount !== undefined && listing.length !== trueCount) {
      return {
        outcome: 'fail',
        measurements,
        why: `expected ${trueCount} resources, the device's list has ${listing.length}`,
      }
    }
    return { outcome: held.problem === '' ? 'pass' : 'fail', measurements, why: held.problem }
  },
}

import type { Recording } from 'viewnet/device'
import type { CertificationCase } from '../case.js'
import { judgeExchange } from '../judgement.js'
import { inProtocolOrder } from '../resource-contents.js'

/** A resource is wanted when its time range overlaps [from, to); one that ends where it starts counts as its first millisecond. */
const overlaps = ({ startMs, endMs = Infinity }: Recording, fromMs: number, toMs: number): boolean =>
  startMs < toMs && Math.max(endMs, startMs + 1) > fromMs

/** A range in which the device has nothing. */
export const emptyRange: CertificationCase = {
  id: 'empty-range',
  title: 'a range without recordings is answered OK with count 0, not with an error',
  async run({ findings: { listing }, exchange }) {
    if (!listing) return { outcome: 'could-not-test', measurements: [], why: "the device's own list is not known" }
    const earliestMs = Math.min(...listing.map(({ startMs }) => startMs), Date.UTC(2000, 0))
    if (earliestMs <= 1)
      return {
        outcome: 'not-applicable',
        measurements: [],
        why: 'the device has recordings from the first moment there is',
      }
    return judgeExchange(await exchange({ fromMs: 1, toMs: earliestMs }), { status: 'OK', announced: 0 })
  },
}

/** A range in which the device has some of its recordings. */
export const narrowRange: CertificationCase = {
  id: 'narrow-range',
  title: 'a narrow range is answered with the recordings that overlap it, and no others',
  async run({ findings: { listing }, exchange }) {
    if (!listing) return { outcome: 'could-not-test', measurements: [], why: "the device's own list is not known" }
    const ordered = inProtocolOrder(listing)
    const fromMs = ordered[Math.floor(ordered.length / 3)]?.startMs
    const toMs = ordered[Math.floor((ordered.length * 2) / 3)]?.startMs
    if (fromMs === undefined || toMs === undefined || fromMs === 0 || toMs <= fromMs) {
      return {
        outcome: 'not-applicable',
        measurements: [],
        why: `${listing.length} recordings have no range that holds some of them`,
      }
    }
    const announced = ordered.filter((recording) => overlaps(recording, fromMs, toMs)).length
    return judgeExchange(await exchange({ fromMs, toMs }), { status: 'OK', announced })
  },
}

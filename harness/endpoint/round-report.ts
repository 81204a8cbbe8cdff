import { ReportVerdict, type CountReportMessage, type MissingMessage } from './message.js'
import { isMissing, missingBitmap } from './missing-bitmap.js'
import { MISSING_BITS } from './packet-layout.js'
import type { ResourceStore } from './resource-store.js'

/**
 * The MISMATCH of one round with its MISSING packets. It is frozen: repeats say the same though late packets may have come, because the
 * converter takes MISSING packets of several repeats as one set.
 */
export class RoundReport {
  readonly report: CountReportMessage
  /** Only packets that name something, one per 8192 sequences at most. */
  readonly missing: readonly MissingMessage[]
  readonly #bitmaps = new Map<number, Uint8Array>()

  /** @param count - undefined: never told; then nobody can say what is missing, and everything is wanted again */
  constructor(round: number, store: ResourceStore, count: number | undefined, selective: boolean) {
    const isReceived = (sequence: number): boolean => store.has(sequence)
    const missing: MissingMessage[] = []
    for (let first = 1; selective && first <= (count ?? 0); first += MISSING_BITS) {
      const bitmap = missingBitmap(first, count ?? 0, isReceived)
      if (!bitmap) continue
      missing.push({ type: 'MISSING', first, round, index: missing.length, bitmap })
      this.#bitmaps.set(first, bitmap)
    }
    this.missing = missing
    this.report = {
      type: 'COUNT_REPORT',
      verdict: ReportVerdict.MISMATCH,
      round,
      received: store.size,
      count: count ?? 0,
      missingPackets: missing.length,
    }
  }

  /** Only what it names is wanted again. */
  get isSelective(): boolean {
    return this.missing.length > 0
  }

  /** Whether it asks for a sequence again. */
  asksFor(sequence: number): boolean {
    if (!this.isSelective) return true
    const first = sequence - ((sequence - 1) % MISSING_BITS)
    const bitmap = this.#bitmaps.get(first)
    return bitmap !== undefined && isMissing(bitmap, sequence - first)
  }
}

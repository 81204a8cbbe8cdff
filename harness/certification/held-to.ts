import { LIMITS, type BenchLimits, type LimitKey } from '../bench/index.js'
import type { Measurement } from '../report/index.js'

/** A limit, and the share of it from which a value is marginal. */
export interface Limit {
  readonly limit: number
  readonly marginal: number
}

/** Where the file says nothing of it. */
const MARGINAL = 0.8

/** What a measurement of this device is held to: its own limit, the bench's, or what there is by itself; undefined: nothing. */
export function limitOf(key: LimitKey, device: BenchLimits = {}, bench: BenchLimits = {}): Limit | undefined {
  const { limit } = LIMITS[key]
  return device[key] ?? bench[key] ?? (limit === undefined ? undefined : { limit, marginal: MARGINAL })
}

/** A value as measured, and what is wrong with it; empty: nothing. */
export function heldTo(
  key: LimitKey,
  value: number,
  limit: Limit | undefined,
): { readonly measurement: Measurement; readonly problem: string } {
  const { measurement: name, unit } = LIMITS[key]
  const size = Math.abs(value)
  if (limit === undefined) return { measurement: { name, value, unit, limit: null }, problem: '' }
  const isOver = size > limit.limit
  const isMarginal = !isOver && size > limit.limit * limit.marginal
  return {
    measurement: { name, value, unit, limit: `≤ ${limit.limit}`, ...(isMarginal ? { marginal: true } : {}) },
    problem: isOver ? `expected a ${name} of ${limit.limit} ${unit} at most, got ${value}` : '',
  }
}

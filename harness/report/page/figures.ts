const GROUPED = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })

/** A number for people: `12,345`, `0.25`. */
export function figure(value: number): string {
  return Number.isFinite(value) ? GROUPED.format(value) : '–'
}

/** A time span for people: `850 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`. */
export function timeSpan(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '–'
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Places on an axis of time: as time spans, or, where those would be alike, in milliseconds. */
export function axisTimes(ticksMs: readonly number[]): readonly string[] {
  const spans = ticksMs.map(timeSpan)
  return new Set(spans).size === spans.length ? spans : ticksMs.map((ms) => `${figure(ms)} ms`)
}

/** A measured value with its unit; long times in units that people think in. */
export function quantity(value: number, unit: string): string {
  if (unit !== 'ms' || Math.abs(value) < 1000) return `${figure(value)} ${unit}`
  return value < 0 ? `-${timeSpan(-value)}` : timeSpan(value)
}

/** A moment for people, in UTC: `2026-01-31 08:00:05 UTC`; what is no moment stays as it is. */
export function moment(iso: string): string {
  const ms = Date.parse(iso)
  return Number.isNaN(ms) ? iso : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** `1 device`, `2 devices`. */
export function counted(count: number, thing: string, things = `${thing}s`): string {
  return `${figure(count)} ${count === 1 ? thing : things}`
}

/** A share of 0–1 as a place on an axis: `12.5%`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`
}

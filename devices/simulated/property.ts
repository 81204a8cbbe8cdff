import type { SimulatedRecording, SimulatedTrack } from './contents.js'
import type { Timeline } from './timeline.js'

/** A state that ONVIF reports as property events: the recording's own (no `track`), or whether a track holds data. */
export interface Property {
  readonly recording: SimulatedRecording
  readonly track: SimulatedTrack | undefined
  readonly timeline: Timeline
}

/** The changes `from` up to, not including, `to` of one property, as indexes into its timeline. */
export interface PropertyRange {
  readonly property: Property
  readonly from: number
  readonly to: number
}

/** One change of one property. */
export interface PropertyChange {
  readonly property: Property
  /** Index of the change in the property's timeline. */
  readonly index: number
  /** When, in ms since 1970. */
  readonly atMs: number
}

/** Forward: oldest first. Backward is its exact reverse. */
export type Direction = 'forward' | 'backward'

/** The properties of a recording: its own state first, then one for each track. */
export function propertiesOf(recording: SimulatedRecording): readonly Property[] {
  return [
    { recording, track: undefined, timeline: recording.running },
    ...recording.tracks.map((track) => ({ recording, track, timeline: track.dataPresent })),
  ]
}

interface Cursor {
  readonly range: PropertyRange
  /** Place of the range in the list: decides between changes of one moment. */
  readonly rank: number
  index: number
  atMs: number
}

/**
 * All changes in the ranges in the order of time; changes of one moment in the order of the ranges. Holds one cursor for each range, never the
 * changes themselves, so a search over a million intervals costs next to nothing until its results are taken.
 */
export function* mergeChanges(ranges: readonly PropertyRange[], direction: Direction): Generator<PropertyChange> {
  const step = direction === 'forward' ? 1 : -1
  const heap: Cursor[] = []
  for (const [rank, range] of ranges.entries()) {
    const index = step === 1 ? range.from : range.to - 1
    const atMs = range.property.timeline.changeMs(index)
    if (range.from < range.to && atMs !== undefined) heap.push({ range, rank, index, atMs })
  }
  const isBefore = (a: Cursor, b: Cursor) => (a.atMs === b.atMs ? a.rank - b.rank : a.atMs - b.atMs) * step < 0
  for (let node = (heap.length >>> 1) - 1; node >= 0; node--) sink(heap, node, isBefore)

  for (let top = heap[0]; top !== undefined; top = heap[0]) {
    const { range, index, atMs } = top
    yield { property: range.property, index, atMs }
    top.index += step
    const nextMs = range.property.timeline.changeMs(top.index)
    if (nextMs !== undefined && top.index >= range.from && top.index < range.to) {
      top.atMs = nextMs
    } else {
      const last = heap.pop()!
      if (last !== top) heap[0] = last
    }
    sink(heap, 0, isBefore)
  }
}

/** Restore the heap's order below `node`. */
function sink(heap: Cursor[], node: number, isBefore: (a: Cursor, b: Cursor) => boolean): void {
  for (;;) {
    let first = node
    for (const child of [2 * node + 1, 2 * node + 2]) {
      if (child < heap.length && isBefore(heap[child]!, heap[first]!)) first = child
    }
    if (first === node) return
    const moved = heap[node]!
    heap[node] = heap[first]!
    heap[first] = moved
    node = first
  }
}

import type { Recording } from 'viewnet/device'
import type { ResourceFacts } from './inspection.js'

/** Counts the resources of a listing without keeping them. */
export class ResourceCount {
  readonly #channels = new Set<number>()
  #count = 0
  #stillRecording = 0
  #coarse = 0
  #first: Recording | null = null
  #last: Recording | null = null

  receive(page: readonly Recording[]): void {
    for (const recording of page) {
      this.#count++
      this.#channels.add(recording.channel)
      if (recording.endMs === undefined) this.#stillRecording++
      if (recording.coarse === true) this.#coarse++
      if (!this.#first || recording.startMs < this.#first.startMs) this.#first = recording
      if (!this.#last || recording.startMs > this.#last.startMs) this.#last = recording
    }
  }

  get count(): number {
    return this.#count
  }

  /** @param recordings - ONVIF's own recordings that they stand in */
  facts(recordings: number): ResourceFacts {
    return {
      count: this.#count,
      channels: this.#channels.size,
      stillRecording: this.#stillRecording,
      coarse: this.#coarse,
      first: this.#first,
      last: this.#last,
      recordings,
    }
  }
}

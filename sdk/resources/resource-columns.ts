/** The values of one resource, without its number. */
export interface ResourceRow {
  readonly startMs: number
  readonly endMs: number
  readonly channel: number
  readonly kinds: number
  readonly sizeBytes: number
  readonly key: bigint
}

const FIRST_CAPACITY = 64

/** Resources in typed columns: 36 octets each, where an array of objects would take some 150. */
export class ResourceColumns {
  #length = 0
  #start = new Float64Array(FIRST_CAPACITY)
  #end = new Float64Array(FIRST_CAPACITY)
  #size = new Float64Array(FIRST_CAPACITY)
  #key = new BigUint64Array(FIRST_CAPACITY)
  #channel = new Uint16Array(FIRST_CAPACITY)
  #kinds = new Uint16Array(FIRST_CAPACITY)

  get length(): number {
    return this.#length
  }

  push({ startMs, endMs, channel, kinds, sizeBytes, key }: ResourceRow): void {
    if (this.#length === this.#start.length) this.#resize(this.#length + (this.#length >> 1) + 1)
    const at = this.#length++
    this.#start[at] = startMs
    this.#end[at] = endMs
    this.#size[at] = sizeBytes
    this.#key[at] = key
    this.#channel[at] = channel
    this.#kinds[at] = kinds
  }

  /** @param at - 0 … length − 1; the caller has checked it, so every column holds a value there */
  row(at: number): ResourceRow {
    return {
      startMs: this.#start[at]!,
      endMs: this.#end[at]!,
      channel: this.#channel[at]!,
      kinds: this.#kinds[at]!,
      sizeBytes: this.#size[at]!,
      key: this.#key[at]!,
    }
  }

  /** The first `limit` rows in the order of start, channel, key, in columns no larger than they need. */
  ordered(limit: number): ResourceColumns {
    const order = new Uint32Array(this.#length)
    let sorted = true
    for (let at = 0; at < order.length; at++) {
      order[at] = at
      if (at > 0 && this.#compare(at - 1, at) > 0) sorted = false
    }
    // Most devices list in order already; a million comparisons are cheap, sorting a million is not.
    if (!sorted) order.sort((a, b) => this.#compare(a, b))
    const ordered = new ResourceColumns()
    ordered.#resize(Math.min(limit, this.#length))
    for (const at of order.subarray(0, limit)) ordered.push(this.row(at))
    return ordered
  }

  #compare(a: number, b: number): number {
    const byStart = this.#start[a]! - this.#start[b]!
    if (byStart !== 0) return byStart
    const byChannel = this.#channel[a]! - this.#channel[b]!
    if (byChannel !== 0) return byChannel
    const [keyA, keyB] = [this.#key[a]!, this.#key[b]!]
    return keyA < keyB ? -1 : keyA > keyB ? 1 : 0
  }

  #resize(capacity: number): void {
    this.#start = grown(Float64Array, this.#start, capacity)
    this.#end = grown(Float64Array, this.#end, capacity)
    this.#size = grown(Float64Array, this.#size, capacity)
    this.#channel = grown(Uint16Array, this.#channel, capacity)
    this.#kinds = grown(Uint16Array, this.#kinds, capacity)
    const key = new BigUint64Array(capacity)
    key.set(this.#key.subarray(0, this.#length))
    this.#key = key
  }
}

function grown<A extends Float64Array<ArrayBuffer> | Uint16Array<ArrayBuffer>>(
  make: new (length: number) => A,
  from: A,
  capacity: number,
): A {
  const column = new make(capacity)
  column.set(from.subarray(0, Math.min(from.length, capacity)))
  return column
}

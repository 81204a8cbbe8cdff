/** Something that is due at a moment; the heap keeps `heapAt`, and nobody else writes it. */
export interface Due {
  /** When, as last told to the heap. */
  dueAtMs: number
  /** Its place in the heap; {@link NOT_IN_HEAP} outside. */
  heapAt: number
}

/** The place of what is in no heap. */
export const NOT_IN_HEAP = -1

/** What is due when, the earliest first: a binary heap in which each member knows its place, so that it can be moved and removed. */
export class DueHeap<T extends Due> {
  readonly #members: T[] = []

  /** What is due first; undefined: nothing is. */
  get first(): T | undefined {
    return this.#members[0]
  }

  /** Say when a member is due; it is added where it is not in yet. */
  set(member: T, dueAtMs: number): void {
    if (member.heapAt === NOT_IN_HEAP) {
      member.heapAt = this.#members.length
      this.#members.push(member)
    } else if (dueAtMs === member.dueAtMs) {
      return
    }
    member.dueAtMs = dueAtMs
    this.#settle(member)
  }

  /** Take a member out; one that is not in stays out. */
  remove(member: T): void {
    const at = member.heapAt
    if (at === NOT_IN_HEAP) return
    member.heapAt = NOT_IN_HEAP
    const last = this.#members.pop()
    if (!last || last === member) return
    this.#put(last, at)
    this.#settle(last)
  }

  #settle(member: T): void {
    for (let parent; (parent = this.#members[(member.heapAt - 1) >> 1]) && parent.dueAtMs > member.dueAtMs;) {
      this.#swap(member, parent)
    }
    for (let child; (child = this.#earlierChild(member.heapAt)) && child.dueAtMs < member.dueAtMs;) {
      this.#swap(member, child)
    }
  }

  #earlierChild(at: number): T | undefined {
    const [left, right] = [this.#members[2 * at + 1], this.#members[2 * at + 2]]
    return left && right && right.dueAtMs < left.dueAtMs ? right : left
  }

  #swap(a: T, b: T): void {
    const [atA, atB] = [a.heapAt, b.heapAt]
    this.#put(a, atB)
    this.#put(b, atA)
  }

  #put(member: T, at: number): void {
    this.#members[at] = member
    member.heapAt = at
  }
}

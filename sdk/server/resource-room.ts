/** How many resources the lists of all open exchanges may hold together: each list is bounded, and so is their number, but the product is more than any machine has. */
export class ResourceRoom {
  readonly most: number
  #taken = 0

  /** @param most - resources */
  constructor(most: number) {
    this.most = most
  }

  /** Resources that all lists hold now. */
  get taken(): number {
    return this.#taken
  }

  /** What one list holds of it. */
  share(): ResourceShare {
    return new ResourceShare(this)
  }

  /**
   * @param resources - below 0: they are given back
   * @returns false, and nothing is taken, where there is no room for so many more
   */
  take(resources: number): boolean {
    if (resources > 0 && this.#taken + resources > this.most) return false
    this.#taken += resources
    return true
  }
}

/** What one list holds of a {@link ResourceRoom}. */
export class ResourceShare {
  readonly room: ResourceRoom
  #held = 0
  #isOpen = true

  /** @internal Use {@link ResourceRoom.share}. */
  constructor(room: ResourceRoom) {
    this.room = room
  }

  /**
   * The list holds so many now.
   *
   * @returns false where there is no room for them, or the exchange of the list has ended
   */
  hold(resources: number): boolean {
    if (!this.#isOpen || !this.room.take(resources - this.#held)) return false
    this.#held = resources
    return true
  }

  /** The exchange ended: its list is gone. */
  close(): void {
    this.hold(0)
    this.#isOpen = false
  }
}

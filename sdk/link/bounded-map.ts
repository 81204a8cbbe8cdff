/** A map that forgets everything when it is full: for what can be made again, where strangers decide how much of it there is. */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, V>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  get(key: K): V | undefined {
    return this.#entries.get(key)
  }

  set(key: K, value: V): void {
    if (this.#entries.size >= this.#most) this.#entries.clear()
    this.#entries.set(key, value)
  }
}

/** Peers whose addresses a link keeps in both forms. A converter speaks with few peers, but many packets; more than these are a flood of strangers. */
export const REMEMBERED_PEERS = 1024

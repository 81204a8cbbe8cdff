import type { Resource } from './message.js'
import type { ResourceEncoder } from './resource-encoder.js'

/** The longest packet that carries a RESOURCE: one with a label. */
const PACKET_BYTES_MOST = 90

/**
 * Room for a run of RESOURCE packets of one exchange, one behind the other, used again for run after run. Nothing is allocated for a packet: that is
 * what makes it a class and not a function.
 */
export class ResourceRun {
  readonly #slab: Uint8Array
  readonly #packetsMost: number
  #encoder: ResourceEncoder | undefined
  /** Places that hold the encoder's header. */
  #headerCount = 0
  #packetsWanted = 0
  #packetCount = 0

  /** @param packetsMost - packets that a run can hold */
  constructor(packetsMost: number) {
    this.#packetsMost = packetsMost
    this.#slab = new Uint8Array(packetsMost * PACKET_BYTES_MOST)
  }

  /** Begin a run of at most `packetsWanted` packets; what was in it is gone. */
  begin(encoder: ResourceEncoder, packetsWanted: number = this.#packetsMost): void {
    // The headers of the run before are still in place where it was of the same exchange.
    if (encoder !== this.#encoder) this.#headerCount = 0
    this.#encoder = encoder
    this.#packetsWanted = Math.min(packetsWanted, this.#packetsMost)
    if (this.#headerCount < this.#packetsWanted) {
      encoder.writeHeaders(this.#slab, this.#headerCount, this.#packetsWanted)
      this.#headerCount = this.#packetsWanted
    }
    this.#packetCount = 0
  }

  get isFull(): boolean {
    return this.#packetCount >= this.#packetsWanted
  }

  get packetCount(): number {
    return this.#packetCount
  }

  /** Octets of each packet of the run that was begun. */
  get packetBytes(): number {
    return this.#encoder?.packetBytes ?? 0
  }

  /** The packets, as a view that is valid until the next run begins. */
  get octets(): Uint8Array {
    return this.#slab.subarray(0, this.#packetCount * this.packetBytes)
  }

  /**
   * Add one RESOURCE. Call only when the run was begun and is not full.
   *
   * @param records - holds the resource at `from` as 36 octets: | start 8 | end 8 | channel 2 | kinds 2 | size 8 | key 8 |
   */
  add(numbers: Pick<Resource, 'sequence' | 'count' | 'round'>, records: Uint8Array, from: number): void {
    this.#encoder?.writeBody(this.#slab, this.#packetCount * this.packetBytes, numbers, records, from)
    this.#packetCount += 1
  }
}

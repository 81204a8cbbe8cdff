/** Packets of one length, to one address. */
export interface QueuedRun {
  readonly octets: Uint8Array
  readonly packets: number
  readonly packetBytes: number
  readonly to: Uint8Array
}

/** Bounds of what waits for the network: 4096 packets, 4 MiB. */
const QUEUE_PACKETS_MOST = 4096
const QUEUE_BYTES_MOST = 4 * 1024 * 1024

/** What waits until the network takes packets again, in order; bounded, so that a network that takes none costs packets, and not memory. */
export class SendQueue {
  #runs: QueuedRun[] = []
  #packets = 0
  #bytes = 0

  get packets(): number {
    return this.#packets
  }

  /** Take a copy of a run; false, and nothing is taken, when it is more than fits. */
  push({ octets, packets, packetBytes, to }: QueuedRun): boolean {
    if (this.#packets + packets > QUEUE_PACKETS_MOST || this.#bytes + octets.length > QUEUE_BYTES_MOST) return false
    this.#packets += packets
    this.#bytes += octets.length
    // Not slice(): that of a Buffer is a view.
    this.#runs.push({ octets: new Uint8Array(octets), packets, packetBytes, to })
    return true
  }

  /**
   * Hand on what waits, in order, until something is not taken whole.
   *
   * @param transmit - is handed a run, and returns how many of its packets it is done with
   */
  flush(transmit: (run: QueuedRun) => number): void {
    let done = 0
    for (; done < this.#runs.length; done++) {
      const run = this.#runs[done]!
      const taken = transmit(run)
      this.#packets -= taken
      this.#bytes -= taken * run.packetBytes
      if (taken < run.packets) {
        const octets = run.octets.subarray(taken * run.packetBytes)
        this.#runs[done] = { ...run, octets, packets: run.packets - taken }
        break
      }
    }
    this.#runs = this.#runs.slice(done)
  }
}

import { Transform, type TransformCallback } from 'node:stream'

/** Passes MQTT on unchanged, until a packet announces to be longer than it may be. */
export class MqttFrameLimit extends Transform {
  readonly #maxPacketOctets: number
  /** Octets of the current packet's body still to come. */
  #body = 0
  /** Octets of the remaining-length field that have come, or -1 when the packet's first octet is next. */
  #lengthOctets = -1
  #length = 0

  /** @param maxPacketOctets - the longest packet, not counting its fixed header of 2–5 octets */
  constructor(maxPacketOctets: number) {
    super()
    this.#maxPacketOctets = maxPacketOctets
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#body > 0) {
        const octets = Math.min(this.#body, chunk.length - at)
        this.#body -= octets
        at += octets
        continue
      }
      const octet = chunk[at++] ?? 0
      if (this.#lengthOctets < 0) {
        this.#lengthOctets = 0
        this.#length = 0
        continue
      }
      // Remaining length: seven bits an octet, the lowest first, at most four octets (MQTT 3.1.1, 2.2.3).
      this.#length += (octet & 0x7f) * 2 ** (7 * this.#lengthOctets)
      this.#lengthOctets++
      const more = (octet & 0x80) !== 0
      if (this.#length > this.#maxPacketOctets || (more && this.#lengthOctets === 4)) {
        done(new Error(`MQTT packet: expected at most ${this.#maxPacketOctets} octets, got ${this.#length} or more`))
        return
      }
      if (!more) {
        this.#lengthOctets = -1
        this.#body = this.#length
      }
    }
    done(null, chunk)
  }
}

import { BITMAP_BYTES } from './layout.js'
import type {
  CountReport,
  CountVerdict,
  Message,
  MessageHeader,
  Missing,
  Progress,
  Request,
  Resource,
  Response,
  ResponseStatus,
  RoundEnd,
} from './message.js'
import { half, identifier, quantity, word } from './octets.js'
import type { MessageType } from './profile.js'

/**
 * Reads the fields of a message from its octets, when they are asked for. Offsets are those of docs/protocol.md, section 2, as in the layout of the
 * plain codec, which a spec compares field for field.
 */
abstract class MessageView implements MessageHeader {
  #octets: Uint8Array = new Uint8Array(0)
  #payloadAt = 0
  #converterHigh = 0
  #converterLow = 0
  #converterNumber = 0n

  /** @param payloadAt - where a whole, verified payload begins */
  look(octets: Uint8Array, payloadAt: number): void {
    this.#octets = octets
    this.#payloadAt = payloadAt
  }

  get exchange(): number {
    return this.u32(4)
  }

  /** Nearly always the same, so it is made anew only where it differs from the packet before. */
  get converterNumber(): bigint {
    const high = this.u32(8)
    const low = this.u32(12)
    if (high !== this.#converterHigh || low !== this.#converterLow) {
      this.#converterHigh = high
      this.#converterLow = low
      this.#converterNumber = this.u64(8)
    }
    return this.#converterNumber
  }

  protected u8(at: number): number {
    return this.#octets[this.#payloadAt + at]!
  }

  protected u16(at: number): number {
    return half(this.#octets, this.#payloadAt + at)
  }

  protected u32(at: number): number {
    return word(this.#octets, this.#payloadAt + at)
  }

  protected u64(at: number): bigint {
    return identifier(this.#octets, this.#payloadAt + at)
  }

  protected quantity(at: number): number {
    return quantity(this.#octets, this.#payloadAt + at)
  }

  protected octets(at: number, length: number): Uint8Array {
    const from = this.#octets.byteOffset + this.#payloadAt + at
    return new Uint8Array(this.#octets.buffer, from, length)
  }
}

class RequestView extends MessageView implements Request {
  readonly type = 'REQUEST'
  get selective(): boolean {
    return (this.u8(3) & 1) !== 0
  }
  get credit(): boolean {
    return (this.u8(3) & 2) !== 0
  }
  get deviceNumber(): bigint {
    return this.u64(16)
  }
  get channel(): number {
    return this.u16(24)
  }
  get kinds(): number {
    return this.u16(26)
  }
  get resourceLimit(): number {
    return this.u32(28)
  }
  get fromMs(): number {
    return this.quantity(32)
  }
  get toMs(): number {
    return this.quantity(40)
  }
  get ratePacketsPerSecond(): number {
    return this.u32(48)
  }
  get windowPackets(): number {
    return this.u32(52)
  }
}

class ResponseView extends MessageView implements Response {
  readonly type = 'RESPONSE'
  /** A known one: {@link PacketView.look} has seen to it. */
  get status(): ResponseStatus {
    return this.u16(16) as ResponseStatus
  }
  get count(): number {
    return this.u32(20)
  }
  get deviceNumber(): bigint {
    return this.u64(24)
  }
  get snapshotAtMs(): number {
    return this.quantity(32)
  }
}

class ResourceView extends MessageView implements Resource {
  readonly type = 'RESOURCE'
  get sequence(): number {
    return this.u32(16)
  }
  get count(): number {
    return this.u32(20)
  }
  get startMs(): number {
    return this.quantity(24)
  }
  get endMs(): number {
    return this.quantity(32)
  }
  get channel(): number {
    return this.u16(40)
  }
  get kinds(): number {
    return this.u16(42)
  }
  get round(): number {
    return this.u16(44)
  }
  get sizeBytes(): number {
    return this.quantity(48)
  }
  get key(): bigint {
    return this.u64(56)
  }
}

class RoundEndView extends MessageView implements RoundEnd {
  readonly type = 'ROUND_END'
  get count(): number {
    return this.u32(16)
  }
  get sentCount(): number {
    return this.u32(20)
  }
  get round(): number {
    return this.u16(24)
  }
}

class CountReportView extends MessageView implements CountReport {
  readonly type = 'COUNT_REPORT'
  /** A known one: {@link PacketView.look} has seen to it. */
  get verdict(): CountVerdict {
    return this.u16(16) as CountVerdict
  }
  get round(): number {
    return this.u16(18)
  }
  get receivedCount(): number {
    return this.u32(20)
  }
  get count(): number {
    return this.u32(24)
  }
  get missingPackets(): number {
    return this.u16(28)
  }
}

class MissingView extends MessageView implements Missing {
  readonly type = 'MISSING'
  get firstSequence(): number {
    return this.u32(16)
  }
  get round(): number {
    return this.u16(20)
  }
  get index(): number {
    return this.u16(22)
  }
  get bitmap(): Uint8Array {
    return this.octets(32, BITMAP_BYTES)
  }
}

class ProgressView extends MessageView implements Progress {
  readonly type = 'PROGRESS'
  get highestSequence(): number {
    return this.u32(16)
  }
  get round(): number {
    return this.u16(20)
  }
}

/** A message whose fields are read when asked for, until it is shown other octets. */
export type LazyMessage = Message & MessageView

/** One view of each type. */
export function messageViews(): Readonly<Record<MessageType, LazyMessage>> {
  return {
    REQUEST: new RequestView(),
    RESPONSE: new ResponseView(),
    RESOURCE: new ResourceView(),
    ROUND_END: new RoundEndView(),
    COUNT_REPORT: new CountReportView(),
    MISSING: new MissingView(),
    PROGRESS: new ProgressView(),
  }
}

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
import type { MessageType } from './profile.js'

const TWO_TO_32 = 2 ** 32

/** Reads the fields of a message when they are asked for, at the offsets of docs/protocol.md, section 2; a spec compares them with the plain codec's. */
abstract class MessageView implements MessageHeader {
  protected readonly payload: DataView
  #converterHigh = 0
  #converterLow = 0
  #converterNumber = 0n

  /** @param payload - where every payload is copied to, once it is verified */
  constructor(payload: DataView) {
    this.payload = payload
  }

  get exchange(): number {
    return this.payload.getUint32(4)
  }

  /** Nearly always the same, so it is made anew only where it differs from the packet before. */
  get converterNumber(): bigint {
    const high = this.payload.getUint32(8)
    const low = this.payload.getUint32(12)
    if (high !== this.#converterHigh || low !== this.#converterLow) {
      this.#converterHigh = high
      this.#converterLow = low
      this.#converterNumber = this.payload.getBigUint64(8)
    }
    return this.#converterNumber
  }

  /** A 64-bit quantity as a number; what no number holds exactly reads as the largest that does. */
  protected quantity(at: number): number {
    return Math.min(this.payload.getUint32(at) * TWO_TO_32 + this.payload.getUint32(at + 4), Number.MAX_SAFE_INTEGER)
  }
}

class RequestView extends MessageView implements Request {
  readonly type = 'REQUEST'
  get selective(): boolean {
    return (this.payload.getUint8(3) & 1) !== 0
  }
  get credit(): boolean {
    return (this.payload.getUint8(3) & 2) !== 0
  }
  get deviceNumber(): bigint {
    return this.payload.getBigUint64(16)
  }
  get channel(): number {
    return this.payload.getUint16(24)
  }
  get kinds(): number {
    return this.payload.getUint16(26)
  }
  get resourceLimit(): number {
    return this.payload.getUint32(28)
  }
  get fromMs(): number {
    return this.quantity(32)
  }
  get toMs(): number {
    return this.quantity(40)
  }
  get ratePacketsPerSecond(): number {
    return this.payload.getUint32(48)
  }
  get windowPackets(): number {
    return this.payload.getUint32(52)
  }
}

class ResponseView extends MessageView implements Response {
  readonly type = 'RESPONSE'
  /** A known one: {@link PacketView.look} has seen to it. */
  get status(): ResponseStatus {
    return this.payload.getUint16(16) as ResponseStatus
  }
  get count(): number {
    return this.payload.getUint32(20)
  }
  get deviceNumber(): bigint {
    return this.payload.getBigUint64(24)
  }
  get snapshotAtMs(): number {
    return this.quantity(32)
  }
}

class ResourceView extends MessageView implements Resource {
  readonly type = 'RESOURCE'
  get sequence(): number {
    return this.payload.getUint32(16)
  }
  get count(): number {
    return this.payload.getUint32(20)
  }
  get startMs(): number {
    return this.quantity(24)
  }
  get endMs(): number {
    return this.quantity(32)
  }
  get channel(): number {
    return this.payload.getUint16(40)
  }
  get kinds(): number {
    return this.payload.getUint16(42)
  }
  get round(): number {
    return this.payload.getUint16(44)
  }
  get sizeBytes(): number {
    return this.quantity(48)
  }
  get key(): bigint {
    return this.payload.getBigUint64(56)
  }
}

class RoundEndView extends MessageView implements RoundEnd {
  readonly type = 'ROUND_END'
  get count(): number {
    return this.payload.getUint32(16)
  }
  get sentCount(): number {
    return this.payload.getUint32(20)
  }
  get round(): number {
    return this.payload.getUint16(24)
  }
}

class CountReportView extends MessageView implements CountReport {
  readonly type = 'COUNT_REPORT'
  /** A known one: {@link PacketView.look} has seen to it. */
  get verdict(): CountVerdict {
    return this.payload.getUint16(16) as CountVerdict
  }
  get round(): number {
    return this.payload.getUint16(18)
  }
  get receivedCount(): number {
    return this.payload.getUint32(20)
  }
  get count(): number {
    return this.payload.getUint32(24)
  }
  get missingPackets(): number {
    return this.payload.getUint16(28)
  }
}

class MissingView extends MessageView implements Missing {
  readonly type = 'MISSING'
  get firstSequence(): number {
    return this.payload.getUint32(16)
  }
  get round(): number {
    return this.payload.getUint16(20)
  }
  get index(): number {
    return this.payload.getUint16(22)
  }
  get bitmap(): Uint8Array {
    return new Uint8Array(this.payload.buffer, this.payload.byteOffset + 32, BITMAP_BYTES)
  }
}

class ProgressView extends MessageView implements Progress {
  readonly type = 'PROGRESS'
  get highestSequence(): number {
    return this.payload.getUint32(16)
  }
  get round(): number {
    return this.payload.getUint16(20)
  }
}

/** A message whose fields are read when asked for. */
export type LazyMessage = Message & MessageView

/** One view of each type, all of the same payload. */
export function messageViews(payload: DataView): Readonly<Record<MessageType, LazyMessage>> {
  return {
    REQUEST: new RequestView(payload),
    RESPONSE: new ResponseView(payload),
    RESOURCE: new ResourceView(payload),
    ROUND_END: new RoundEndView(payload),
    COUNT_REPORT: new CountReportView(payload),
    MISSING: new MissingView(payload),
    PROGRESS: new ProgressView(payload),
  }
}

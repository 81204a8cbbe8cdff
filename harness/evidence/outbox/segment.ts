import { open, rm, type FileHandle } from 'node:fs/promises'
import {
  bodyOctets,
  decodeFrame,
  encodeFrame,
  FRAME_HEADER_OCTETS,
  SEGMENT_HEADER,
  type OutboxMessage,
} from './frame.js'

/** How much of a file is whole messages, and how many those are. */
interface Extent {
  readonly octets: number
  readonly messages: number
}

/** One file of the outbox: messages are appended at its end, and read from its beginning, once. */
export class Segment {
  /** Segments are written and read in ascending order. */
  readonly number: number
  readonly path: string
  /** Whether an earlier process left it: nobody of this one waits for its messages. */
  readonly isInherited: boolean
  readonly #file: FileHandle
  /** Octets that are whole messages. */
  #octets: number
  #readAt = SEGMENT_HEADER.length
  /** Messages that are in it, that were read, and of those how many are acknowledged. */
  #messages: number
  #read = 0
  #settled = 0

  private constructor(place: { path: string; number: number }, file: FileHandle, inherited?: Extent) {
    this.path = place.path
    this.number = place.number
    this.isInherited = inherited !== undefined
    this.#file = file
    this.#octets = inherited?.octets ?? SEGMENT_HEADER.length
    this.#messages = inherited?.messages ?? 0
  }

  /** Make an empty segment. @throws the file system's error */
  static async create(path: string, number: number): Promise<Segment> {
    const file = await open(path, 'wx+')
    try {
      await writeAll(file, SEGMENT_HEADER, 0)
    } catch (failure) {
      await file.close()
      await rm(path, { force: true })
      throw failure
    }
    return new Segment({ path, number }, file)
  }

  /**
   * Open what an earlier process left. What its death cut in half at the end is cut off.
   *
   * @returns the segment, and whether anything had to be cut; undefined when the file is no segment
   * @throws the file system's error
   */
  static async recover(path: string, number: number): Promise<{ segment: Segment; isCut: boolean } | undefined> {
    const file = await open(path, 'r+')
    const { size } = await file.stat()
    // A process that died between making the file and writing its header leaves less than a header.
    const header = await readAt(file, 0, Math.min(size, SEGMENT_HEADER.length))
    if (!header || !header.equals(SEGMENT_HEADER.subarray(0, header.length))) {
      await file.close()
      return undefined
    }
    if (header.length < SEGMENT_HEADER.length) await writeAll(file, SEGMENT_HEADER, 0)
    let octets = SEGMENT_HEADER.length
    let messages = 0
    for (let frame; (frame = await readFrame(file, octets));) {
      octets += frame.octets
      messages++
    }
    if (octets < size) await file.truncate(octets)
    return { segment: new Segment({ path, number }, file, { octets, messages }), isCut: octets < size }
  }

  /** Octets on the disk. */
  get octets(): number {
    return this.#octets
  }

  /** Messages that nobody has read yet. */
  get unread(): number {
    return this.#messages - this.#read
  }

  /** Whether nothing in it is needed any more. */
  get isSpent(): boolean {
    return this.#settled === this.#messages
  }

  /**
   * Append messages, all of them or none.
   *
   * @throws the file system's error; what was written in part is cut off again
   */
  async append(messages: readonly OutboxMessage[]): Promise<void> {
    const frames = Buffer.concat(messages.map(encodeFrame))
    try {
      await writeAll(this.#file, frames, this.#octets)
    } catch (failure) {
      await this.#file.truncate(this.#octets).catch(() => undefined)
      throw failure
    }
    this.#octets += frames.length
    this.#messages += messages.length
  }

  /** The next message; undefined when it is damaged, and with it everything behind it. @throws the file system's error */
  async read(): Promise<OutboxMessage | undefined> {
    const frame = await readFrame(this.#file, this.#readAt)
    if (!frame) return undefined
    this.#readAt += frame.octets
    this.#read++
    return frame.message
  }

  /** A message that was read from it is acknowledged. */
  settle(): void {
    this.#settled++
  }

  /** Give up what was not read. @returns how many messages that are */
  abandon(): number {
    const lost = this.unread
    this.#messages = this.#read
    return lost
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  /** Close and delete. */
  async remove(): Promise<void> {
    await this.#file.close()
    await rm(this.path, { force: true })
  }
}

async function readFrame(
  file: FileHandle,
  at: number,
): Promise<{ message: OutboxMessage; octets: number } | undefined> {
  const header = await readAt(file, at, FRAME_HEADER_OCTETS)
  const length = header && bodyOctets(header)
  const body = length === undefined ? undefined : await readAt(file, at + FRAME_HEADER_OCTETS, length)
  const message = header && body && decodeFrame(header, body)
  return message && { message, octets: FRAME_HEADER_OCTETS + body.length }
}

/** @returns undefined when the file is shorter */
async function readAt(file: FileHandle, position: number, octets: number): Promise<Buffer | undefined> {
  const buffer = Buffer.allocUnsafe(octets)
  let filled = 0
  while (filled < octets) {
    const { bytesRead } = await file.read(buffer, filled, octets - filled, position + filled)
    if (bytesRead === 0) return undefined
    filled += bytesRead
  }
  return buffer
}

/** A full disk may take a part of a write without an error; the next one then says so. */
async function writeAll(file: FileHandle, octets: Buffer, position: number): Promise<void> {
  let written = 0
  while (written < octets.length) {
    const { bytesWritten } = await file.write(octets, written, octets.length - written, position + written)
    written += bytesWritten
  }
}

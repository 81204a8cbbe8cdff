import { readdir, rename, rmdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BenchError } from '../../bench/errors.js'
import { makeFolder } from '../../make-folder.js'
import { frameOctets, type OutboxMessage } from './frame.js'
import { Segment } from './segment.js'

/** A segment is full at this size: small enough to be deleted soon, large enough that files are few. */
const SEGMENT_OCTETS = 16 * 1024 ** 2

/** Octets written at once; more would take long to undo when the disk is full. */
const WRITE_OCTETS = 1024 ** 2

/** Numbers begin here, so that what is put in front of everything has room below. */
const FIRST_NUMBER = 50_000_000

const FILE_NAME = /^(\d{8})\.outbox$/

/** What an outbox is given. */
export interface DiskOutboxOptions {
  /** Folder of its own; made when the first message comes, removed when it is empty. One publisher at a time. */
  readonly folder: string
  /** Octets on the disk, at most. */
  readonly maxOctets: number
  /** Told at once when messages that were taken are lost: the disk is full, or damaged what it held. */
  readonly onLoss: (messages: number, error: BenchError) => void
}

/** A message that was read back, and where it stands. */
export interface StoredMessage extends OutboxMessage {
  readonly segment: Segment
}

/**
 * A first-in first-out queue of messages in files. {@link append} never waits: a writer of its own follows. What is on the disk outlives the
 * process; it is not forced through the disk's own cache, so a power cut may take the last of it, and that is noticed.
 */
export class DiskOutbox {
  readonly #folder: string
  readonly #maxOctets: number
  readonly #onLoss: DiskOutboxOptions['onLoss']
  /** In ascending order; the last one is written to while {@link #isWritable}. */
  readonly #segments: Segment[] = []
  #isWritable = false
  #nextNumber = FIRST_NUMBER
  /** Taken, and not on the disk yet. */
  #pending: OutboxMessage[] = []
  #pendingOctets = 0
  #writing: Promise<void> | undefined
  #removing: Promise<void> = Promise.resolve()

  private constructor({ folder, maxOctets, onLoss }: DiskOutboxOptions) {
    this.#folder = folder
    this.#maxOctets = maxOctets
    this.#onLoss = onLoss
  }

  /**
   * Open the outbox, with whatever an earlier process left in it.
   *
   * @throws BenchError `ERR_VIEWNET_EVIDENCE_FILE` when the folder cannot be read
   */
  static async open(options: DiskOutboxOptions): Promise<DiskOutbox> {
    const outbox = new DiskOutbox(options)
    try {
      await outbox.#recover()
    } catch (cause) {
      await outbox.close()
      throw fileError(options.folder, 'a folder to keep messages in', cause)
    }
    return outbox
  }

  /** Messages that nobody has read yet. */
  get unread(): number {
    return this.#segments.reduce((sum, { unread }) => sum + unread, this.#pending.length)
  }

  /** Octets on the disk, or on their way to it. */
  get octets(): number {
    return this.#segments.reduce((sum, { octets }) => sum + octets, this.#pendingOctets)
  }

  /** @returns false when there is no room; the message is not taken then */
  append(message: OutboxMessage): boolean {
    const octets = frameOctets(message)
    if (this.octets + octets > this.#maxOctets) return false
    this.#pending.push(message)
    this.#pendingOctets += octets
    this.#writing ??= this.#write()
    return true
  }

  /**
   * The oldest messages, in order: at least one when there is any, and no more than fit.
   *
   * @param maxOctets - payload and topic together
   */
  async read(maxOctets: number): Promise<StoredMessage[]> {
    // What is on its way to the disk is read from there as well: one path for all.
    if (this.#segments.every(({ unread }) => unread === 0)) await this.#writing
    const messages: StoredMessage[] = []
    for (let octets = 0; octets < maxOctets;) {
      const segment = this.#segments.find(({ unread }) => unread > 0)
      if (!segment) break
      const message = await this.#readFrom(segment)
      if (!message) continue
      messages.push({ ...message, segment })
      octets += frameOctets(message)
    }
    return messages
  }

  /** A message that was read is acknowledged: its segment goes when all in it are. */
  settle({ segment }: StoredMessage): void {
    segment.settle()
    const isWrittenTo = this.#isWritable && segment === this.#segments.at(-1)
    if (!segment.isSpent || (isWrittenTo && this.#writing)) return
    if (isWrittenTo) this.#isWritable = false
    const at = this.#segments.indexOf(segment)
    if (at < 0) return
    this.#segments.splice(at, 1)
    // A file that cannot be deleted is published once more by the next process: no loss.
    this.#removing = this.#removing.then(() => segment.remove()).catch(() => undefined)
  }

  /**
   * Put messages in front of everything that was not read, for the next process; what was read is forgotten. Close the outbox after it.
   *
   * @throws BenchError `ERR_VIEWNET_EVIDENCE_LOST` when the disk does not take them
   */
  async putBack(messages: readonly OutboxMessage[]): Promise<void> {
    await this.#writing
    const first = this.#segments[0]?.number ?? this.#nextNumber
    const path = this.#path(first - 1)
    try {
      makeFolder(this.#folder)
      await rm(`${path}.new`, { force: true })
      const segment = await Segment.create(`${path}.new`, first - 1)
      try {
        await segment.append(messages)
      } finally {
        await segment.close()
      }
      // Only now: a death before this leaves the older files as they were.
      await rename(`${path}.new`, path)
    } catch (cause) {
      throw lossError(this.#folder, messages.length, cause)
    }
    for (const read of this.#segments.filter(({ unread }) => unread === 0)) {
      this.#segments.splice(this.#segments.indexOf(read), 1)
      await read.remove()
    }
  }

  /** Write what is pending and release the files. What is in them stays; an empty folder goes. Closing twice is fine. */
  async close(): Promise<void> {
    await this.#writing
    await this.#removing
    for (let segment; (segment = this.#segments.shift());) {
      if (segment.isSpent) await segment.remove()
      else await segment.close()
    }
    // Not empty, or never made: both are fine.
    await rmdir(this.#folder).catch(() => undefined)
  }

  async #recover(): Promise<void> {
    const names = await readdir(this.#folder).catch((failure: NodeJS.ErrnoException) => {
      if (failure.code === 'ENOENT') return []
      throw failure
    })
    const numbers = names.flatMap((name) => FILE_NAME.exec(name)?.[1] ?? []).sort()
    for (const [at, name] of numbers.entries()) {
      const number = Number(name)
      const recovered = await Segment.recover(this.#path(number), number)
      // Only the segment that was being written may end in the middle of a message.
      const isLast = at === numbers.length - 1
      if (!recovered || (recovered.isCut && !isLast)) {
        this.#onLoss(1, lossError(this.#folder, 1, new Error(`${this.#path(number)} is damaged`)))
      }
      if (recovered) this.#segments.push(recovered.segment)
      this.#nextNumber = Math.max(this.#nextNumber, number + 1)
    }
  }

  /** Runs until nothing is pending; never rejects. */
  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      const messages: OutboxMessage[] = []
      let octets = 0
      for (const message of this.#pending) {
        if (octets >= WRITE_OCTETS) break
        messages.push(message)
        octets += frameOctets(message)
      }
      try {
        const segment = await this.#writable()
        await segment.append(messages)
      } catch (cause) {
        // What comes next may find room again; it begins a file of its own, away from what failed.
        this.#isWritable = false
        this.#onLoss(messages.length, lossError(this.#folder, messages.length, cause))
      }
      this.#pending = this.#pending.slice(messages.length)
      this.#pendingOctets -= octets
    }
    this.#writing = undefined
  }

  async #writable(): Promise<Segment> {
    const last = this.#segments.at(-1)
    if (last && this.#isWritable && last.octets < SEGMENT_OCTETS) return last
    makeFolder(this.#folder)
    const number = this.#nextNumber++
    const segment = await Segment.create(this.#path(number), number)
    this.#segments.push(segment)
    this.#isWritable = true
    return segment
  }

  async #readFrom(segment: Segment): Promise<OutboxMessage | undefined> {
    let why: unknown = new Error(`${segment.path} is damaged`)
    try {
      const message = await segment.read()
      if (message) return message
    } catch (failure) {
      why = failure
    }
    const lost = segment.abandon()
    this.#onLoss(lost, lossError(this.#folder, lost, why))
    return undefined
  }

  #path(number: number): string {
    return join(this.#folder, `${String(number).padStart(8, '0')}.outbox`)
  }
}

function lossError(folder: string, messages: number, cause: unknown): BenchError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new BenchError(
    'ERR_VIEWNET_EVIDENCE_LOST',
    `outbox ${folder}: expected the disk to keep every message, got ${messages} lost (${reason})`,
    { cause },
  )
}

function fileError(folder: string, expected: string, cause: unknown): BenchError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new BenchError('ERR_VIEWNET_EVIDENCE_FILE', `outbox ${folder}: expected ${expected}, got ${reason}`, { cause })
}

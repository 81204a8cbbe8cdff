import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError } from 'viewnet/device'
import { findPort, type FoundPort } from '../serial/find-port.js'
import { holdPort } from '../serial/port-holders.js'
import { SerialFault } from '../serial/serial-fault.js'
import { SerialLine } from '../serial/serial-line.js'
import { blame } from './blame.js'
import { ConsoleError, ConsoleErrorCode } from './errors.js'
import type { ConsoleHost } from './console-host.js'
import { LineFile } from './line-file.js'
import { LineQueue } from './line-queue.js'
import { LineSplitter, type SplitLine } from './line-splitter.js'
import { MarkFinder } from './marks.js'
import type { ParsedConsoleOptions } from './options.js'
import type { ConsoleCounts, ConsoleLine, ConsoleMark, MarkWait, SerialConsole } from './serial-console.js'

/** A lost port is looked for ever more slowly, but for as long as the console is open. */
const FIRST_BACKOFF_MS = 50
const MAX_BACKOFF_MS = 5000
const MAX_REMEMBERED_MARKS = 256
const MAX_WAIT_MS = 24 * 60 * 60_000

interface Waiter {
  readonly mark: ConsoleMark
  readonly found: (line: ConsoleLine) => void
}

/** {@link SerialConsole} over a serial port. */
export class PortConsole implements SerialConsole {
  readonly id: string
  readonly #options: ParsedConsoleOptions
  readonly #host: ConsoleHost
  readonly #splitter: LineSplitter
  readonly #marks: MarkFinder
  readonly #file: LineFile | undefined
  readonly #readers = new Set<LineQueue>()
  readonly #waiters = new Set<Waiter>()
  readonly #closing = new AbortController()
  #marked: ConsoleLine[] = []
  #newest: ConsoleLine | undefined
  #path: string
  #line: SerialLine | undefined
  #pause: NodeJS.Timeout | undefined
  #release: (() => void) | undefined
  #state: 'new' | 'open' | 'closed' = 'new'
  #octets = 0
  #lines = 0
  #cutLines = 0
  #droppedLines = 0
  #losses = 0

  constructor(found: FoundPort, options: ParsedConsoleOptions, host: ConsoleHost) {
    this.id = found.id
    this.#path = found.path
    this.#options = options
    this.#host = host
    this.#splitter = new LineSplitter(options.maxLineLength)
    this.#marks = new MarkFinder(options.marks)
    const tell = host.onTrouble ?? ((message: string) => void process.stderr.write(`viewnet: console ${message}\n`))
    this.#file = options.file === undefined ? undefined : new LineFile(options.file, options.maxFileBytes, tell)
  }

  get counts(): ConsoleCounts {
    return {
      octets: this.#octets,
      lines: this.#lines,
      cutLines: this.#cutLines,
      droppedLines: this.#droppedLines,
      fileDroppedLines: this.#file?.droppedLines ?? 0,
      losses: this.#losses,
    }
  }

  async open({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    signal?.throwIfAborted()
    if (this.#state !== 'new') throw this.#misuse('is opened once')
    this.#state = 'open'
    try {
      this.#release = holdPort(this.id, this.#host.holder ?? 'another console')
      this.#read(await SerialLine.open(this.#path, this.#options, this.#host.binding))
    } catch (error) {
      this.#release?.()
      this.#state = 'new'
      throw blame(this.id, error)
    }
  }

  lines(): AsyncIterableIterator<ConsoleLine> {
    const reader: LineQueue = new LineQueue(
      this.#options.maxBufferedLines,
      () => (this.#droppedLines += 1),
      () => this.#readers.delete(reader),
    )
    if (this.#state === 'closed') reader.end()
    else this.#readers.add(reader)
    return reader
  }

  async waitFor(mark: ConsoleMark, { signal, timeoutMs, sinceMs }: MarkWait): Promise<ConsoleLine> {
    signal?.throwIfAborted()
    if (!(timeoutMs >= 1 && timeoutMs <= MAX_WAIT_MS)) {
      throw new UsageError('ERR_VIEWNET_OPTION', `console: timeoutMs: expected 1 to ${MAX_WAIT_MS}, got ${timeoutMs}`)
    }
    if (this.#state !== 'open') throw this.#misuse(`is ${this.#state}; it must be open`)
    const known =
      sinceMs === undefined ? undefined : this.#marked.find((line) => line.mark === mark && line.atMs >= sinceMs)
    if (known !== undefined) return known
    const ends: (() => void)[] = []
    try {
      return await new Promise<ConsoleLine>((resolve, reject) => {
        const waiter = { mark, found: resolve }
        this.#waiters.add(waiter)
        const timer = setTimeout(() => reject(this.#late(mark, timeoutMs)), timeoutMs)
        const onAbort = (): void => reject(signal?.reason)
        const onClose = (): void => reject(this.#misuse('was closed'))
        signal?.addEventListener('abort', onAbort, { once: true })
        this.#closing.signal.addEventListener('abort', onClose, { once: true })
        ends.push(
          () => this.#waiters.delete(waiter),
          () => clearTimeout(timer),
          () => signal?.removeEventListener('abort', onAbort),
          () => this.#closing.signal.removeEventListener('abort', onClose),
        )
      })
    } finally {
      for (const end of ends) end()
    }
  }

  async write(text: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    signal?.throwIfAborted()
    if (this.#state !== 'open') throw this.#misuse(`is ${this.#state}; it must be open`)
    try {
      if (this.#line === undefined) throw new SerialFault('lost', `${this.#path} is away`)
      await this.#line.write(Buffer.from(text, 'utf8'))
    } catch (error) {
      throw blame(this.id, error)
    }
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#closing.abort()
    clearTimeout(this.#pause)
    await this.#line?.close()
    const rest = this.#splitter.flush('lost')
    if (rest !== undefined) this.#take(rest)
    for (const reader of this.#readers) reader.end()
    this.#release?.()
    await this.#file?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #read(line: SerialLine): void {
    this.#line = line
    line.onOctets((octets) => {
      this.#octets += octets.length
      for (const split of this.#splitter.push(octets)) this.#take(split)
      clearTimeout(this.#pause)
      this.#pause = setTimeout(() => this.#flush('pause'), this.#options.pauseMs)
    })
    line.onLoss(() => {
      this.#line = undefined
      this.#losses += 1
      this.#flush('lost')
      void this.#findAgain()
    })
  }

  /** Never rejects: a port that is away stays away until it is back, or the console is closed. */
  async #findAgain(): Promise<void> {
    const { signal } = this.#closing
    for (let backoffMs = FIRST_BACKOFF_MS; !signal.aborted; backoffMs = Math.min(2 * backoffMs, MAX_BACKOFF_MS)) {
      await sleep(backoffMs, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      try {
        const found = await findPort(this.#options.port, this.#host.binding)
        if (found.id !== this.id) continue
        const line = await SerialLine.open(found.path, this.#options, this.#host.binding)
        if (signal.aborted) await line.close()
        else this.#read(line)
        return
      } catch (error) {
        if (!(error instanceof SerialFault)) throw error
      }
    }
  }

  #flush(end: 'pause' | 'lost'): void {
    clearTimeout(this.#pause)
    const rest = this.#splitter.flush(end)
    if (rest !== undefined) this.#take(rest)
  }

  #take({ text, end }: SplitLine): void {
    const line: ConsoleLine = { atMs: Date.now(), text, mark: this.#marks.find(text), end }
    this.#lines += 1
    if (end === 'cut') this.#cutLines += 1
    this.#newest = line
    this.#file?.add(line)
    for (const reader of this.#readers) reader.push(line)
    if (line.mark === undefined) return
    this.#marked.push(line)
    if (this.#marked.length > MAX_REMEMBERED_MARKS) this.#marked.shift()
    for (const { mark, found } of this.#waiters) if (mark === line.mark) found(line)
  }

  #late(mark: ConsoleMark, timeoutMs: number): ConsoleError {
    const came =
      this.#newest === undefined ? 'nothing came at all' : `the newest line is '${this.#newest.text.slice(0, 80)}'`
    return new ConsoleError(
      ConsoleErrorCode.timeout,
      this.id,
      `expected a line that means ${mark} within ${timeoutMs} ms; ${came}`,
    )
  }

  #misuse(message: string): UsageError {
    return new UsageError('ERR_VIEWNET_STATE', `console ${this.id} ${message}`)
  }
}

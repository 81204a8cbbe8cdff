import { rm } from 'node:fs/promises'
import { LineFile, type ConsoleLine, type SerialConsole } from 'viewnet/devices/console'
import type { TimelineEntry } from '../report/index.js'

/** What a console's file in a report takes at most, octets: a chatty camera writes some hundred kB in a night. */
const FILE_BYTES_MOST = 16 * 1024 * 1024
/** Marks that a record holds; a device that reboots for ever writes three a minute. */
const MARKS_MOST = 1000
/** Characters of a line that a record shows; the file has it whole. */
const LABEL_LONGEST = 200

/** What a device wrote on its console while it was certified: all of it in a file within bounds, its marks for the timeline. It never makes anybody wait. */
export class ConsoleEvidence {
  readonly #console: SerialConsole
  readonly #path: string
  readonly #fileBytesMost: number
  readonly #entries: TimelineEntry[] = []
  #captured: Promise<void> | undefined

  /** @param path - of the file; an older one is replaced, and without a line there is none */
  constructor(console: SerialConsole, path: string, { fileBytesMost = FILE_BYTES_MOST } = {}) {
    this.#console = console
    this.#path = path
    this.#fileBytesMost = fileBytesMost
  }

  /** Boots, readiness and panics, and what is missing in the file, in the order of time; `atMs` is in ms since 1970. */
  get entries(): readonly TimelineEntry[] {
    return this.#entries
  }

  /** Open the console and keep what it says. */
  async open(signal: AbortSignal): Promise<void> {
    // Where it cannot be removed it cannot be written, which the timeline tells.
    await rm(this.#path, { force: true }).catch(() => undefined)
    // Before it is opened: no line is missed.
    this.#captured = this.#capture(this.#console.lines())
    await this.#console.open({ signal })
  }

  /** Close the console and write what waits. */
  async close(): Promise<void> {
    await this.#console.close()
    await this.#captured
  }

  async #capture(lines: AsyncIterable<ConsoleLine>): Promise<void> {
    const file = new LineFile(this.#path, this.#fileBytesMost, (reason) => this.#trouble(reason))
    for await (const line of lines) {
      file.add(line)
      if (line.mark !== undefined && this.#entries.length < MARKS_MOST) {
        const { atMs, text, mark } = line
        this.#entries.push({ atMs, lane: 'console', label: text.slice(0, LABEL_LONGEST), kind: mark })
      }
    }
    await file.close()
    const missing = file.droppedLines + this.#console.counts.droppedLines
    if (missing > 0) this.#trouble(`${missing} lines are not in the file`)
  }

  #trouble(label: string): void {
    this.#entries.push({ atMs: Date.now(), lane: 'console', label: label.slice(0, LABEL_LONGEST), kind: 'note' })
  }
}

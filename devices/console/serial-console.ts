/** What a line tells of the device: it begins to boot, it is up, it broke down. */
export type ConsoleMark = 'boot' | 'ready' | 'panic'

/** One line that a device wrote. */
export interface ConsoleLine {
  /** When the line's last octet came, ms since 1970. */
  readonly atMs: number
  /** Safe to show: printable characters alone; what else came stands in it as `\x1b` or `\xff`. Without its line ending. */
  readonly text: string
  /** The first of the patterns that it matches: panic before ready before boot; `undefined` where none does. */
  readonly mark: ConsoleMark | undefined
  /**
   * What ended it: a line ending; a pause, as after a prompt; that it was too long; that the port was lost. A piece that was cut off a long line goes
   * on in the next one.
   */
  readonly end: 'line' | 'pause' | 'cut' | 'lost'
}

/** What came in, and what was thrown away to stay within bounds. */
export interface ConsoleCounts {
  readonly octets: number
  readonly lines: number
  /** Pieces cut off lines that were too long. */
  readonly cutLines: number
  /** Lines that readers never saw because they read too slowly, over all readers. */
  readonly droppedLines: number
  /** Lines that never came into the file because the disk was slow, full or broken. */
  readonly fileDroppedLines: number
  /** How often the port was lost. */
  readonly losses: number
}

/** How long to wait for a mark, and from when on. */
export interface MarkWait {
  readonly signal?: AbortSignal | undefined
  /** Longest wait, ms, 1 to a day. */
  readonly timeoutMs: number
  /**
   * A line that came at or after this moment counts too, ms since 1970; the newest 256 marked lines are remembered. Default: only lines that come
   * after the call.
   */
  readonly sinceMs?: number | undefined
}

/**
 * The serial console of a device. It is read all the time while it is open, whether or not anybody listens; after the port is lost it is looked for until
 * the console is closed.
 */
export interface SerialConsole {
  /** The physical port, the same across reboots and replugging, such as `usb:0000:00:14.0-2.4:1.0`: leases are held by it. */
  readonly id: string
  readonly counts: ConsoleCounts
  /** Take the port and begin to read. Throws ConsoleError `ERR_VIEWNET_CONSOLE_BUSY` when somebody holds it, naming who. */
  open(call?: { readonly signal?: AbortSignal | undefined }): Promise<void>
  /**
   * Every line from now on. A reader that is slower than the device loses the oldest lines it has not read, which are counted; leaving the loop releases
   * it. Ends when the console is closed.
   */
  lines(): AsyncIterableIterator<ConsoleLine>
  /**
   * Wait for a line with a mark.
   *
   * @throws ConsoleError `ERR_VIEWNET_CONSOLE_TIMEOUT` when none came in time, telling what came last; `signal.reason` when aborted
   */
  waitFor(mark: ConsoleMark, wait: MarkWait): Promise<ConsoleLine>
  /** Write text to the device, as it stands: a line ending is the caller's to add. */
  write(text: string, call?: { readonly signal?: AbortSignal | undefined }): Promise<void>
  /** Let go of the port. Closing twice is fine. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

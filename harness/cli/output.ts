import type { RunVerdict } from '../report/index.js'

/** Exit statuses of every command; other programs rely on them. */
export const ExitStatus = {
  good: 0,
  /** The device or the converter failed. */
  failed: 1,
  /** The rig, the broker or the network did not let us test. */
  couldNotTest: 2,
  /** Wrong usage: it was said what, where, and the nearest right word. */
  usage: 3,
} as const
export type ExitStatus = (typeof ExitStatus)[keyof typeof ExitStatus]

/** The exit status that tells a verdict. */
export function verdictStatus(verdict: RunVerdict): ExitStatus {
  return { pass: ExitStatus.good, fail: ExitStatus.failed, 'could-not-test': ExitStatus.couldNotTest }[verdict]
}

/** With `--json`: one object, or one of the lines, on stdout, where nothing else goes. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

/** What a command is asked for, for people; on stdout. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Progress, warnings and errors; on stderr, so that stdout stays what was asked for. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** What a stream says whose reader has left, as `head` does. */
const READER_LEFT: ReadonlySet<unknown> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED'])

/**
 * Let the readers of our output leave: what nobody reads is dropped, the work goes on, and its exit status still tells how it came out. So it does
 * on a full disk, as relays are to be left in their safe state, but the exit status then says that something is missing.
 */
export function outliveReaders(): void {
  let isLost = false
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      // A terminal that was closed takes nothing any more.
      isLost ||= !READER_LEFT.has(code) && !(code === 'EIO' && stream.isTTY)
    })
  }
  process.on('exit', () => {
    if (isLost) process.exitCode = ExitStatus.couldNotTest
  })
}

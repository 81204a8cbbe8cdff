import { parseStrictly } from 'viewnet/device'
import { z } from 'zod'
import { baudRate, framingShape, portSchema } from '../serial/options.js'
import { patternSchema } from '../serial/pattern.js'

/** More patterns than anybody writes, and few enough to try on every line. */
const MAX_PATTERNS = 32

const patterns = z.array(patternSchema).max(MAX_PATTERNS)

/** The strict schema of a console. */
export const consoleSchema = z.strictObject({
  port: portSchema,
  baudRate: baudRate.default(115_200),
  ...framingShape,
  /**
   * Regular expressions, by what a line that one matches tells. The defaults know U-Boot, the Linux kernel and getty, which most cameras are made of.
   */
  marks: z
    .strictObject({
      boot: patterns.default(['^U-Boot ', '^Starting kernel', 'Linux version \\d']),
      ready: patterns.default(['login: ?$']),
      panic: patterns.default(['Kernel panic', 'Oops:', 'BUG: ', 'Unable to handle kernel']),
    })
    .prefault({}),
  /** Longest line, characters; what is longer is cut into pieces. */
  maxLineLength: z.int().min(80).max(65_536).default(1024),
  /** Lines that wait for a slow reader, at most; the oldest go first. */
  maxBufferedLines: z.int().min(1).max(1_000_000).default(10_000),
  /** A line without an ending, such as a prompt, counts as one after this pause, ms. */
  pauseMs: z.int().min(10).max(60_000).default(300),
  /** File that every line is added to, with its moment; it never holds up the console. */
  file: z.string().min(1).max(4096).optional(),
  /** The file is full at this size, octets; what comes then is dropped and counted. */
  maxFileBytes: z
    .int()
    .min(4096)
    .max(2 ** 40)
    .default(256 * 1024 * 1024),
})

/** How a console is reached and read: what {@link consoleSchema} takes. */
export type ConsoleOptions = z.input<typeof consoleSchema>

/** {@link ConsoleOptions} once checked, every default in its place. */
export type ParsedConsoleOptions = z.output<typeof consoleSchema>

/** @throws UsageError `ERR_VIEWNET_OPTION` when an option is unknown, missing or out of its range, naming it and the nearest right word */
export function parseConsoleOptions(options: unknown): ParsedConsoleOptions {
  return parseStrictly(consoleSchema, options, 'serial console')
}

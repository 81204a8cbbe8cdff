import { isIPv6 } from 'node:net'
import { parseStrictly } from 'viewnet/device'
import { z } from 'zod'
import { isQuirkName, quirkProblems, type QuirkSet } from './quirks/quirk-set.js'

/** How a simulated recorder is set up. Everything may be left out. */
export interface SimulatedRecorderOptions {
  /** Numeric address or host name to listen on. Default `127.0.0.1`, so that nobody outside this machine reaches it by accident; `::1` with the quirk `ipv6`. */
  readonly host?: string | undefined
  /** TCP port, 0–65535; 0 takes a free one. Default 0, so that two recorders never collide. */
  readonly port?: number | undefined
  /** Recording resources (intervals of video) in all, 0–1,000,000. Default 200: more than one page of results, yet listed in no time. */
  readonly recordings?: number | undefined
  /** Channels, 1–1024, over which the resources are spread unevenly. Default 4, the smallest common recorder. */
  readonly channels?: number | undefined
  /** 0–4294967295. The same seed, counts and {@link newestMs} make the same contents, on any machine and day. Default 1. */
  readonly seed?: number | undefined
  /**
   * No data is newer than this, ms since 1970, 2001-09-09 to 2100-01-01. Default 2026-01-01T00:00:00Z: fixed, so that contents do not change from
   * day to day.
   */
  readonly newestMs?: number | undefined
  /** Whether every channel that holds anything still records: its last resource then has no end. Default false. */
  readonly stillRecording?: boolean | undefined
  /** Whether its recordings have a video track alone, as those of cameras without a microphone. Default false: audio and metadata beside it, whose events are told, too. */
  readonly videoOnly?: boolean | undefined
  /** User that it asks for; goes with {@link password}. Default: everybody may do everything. */
  readonly user?: string | undefined
  readonly password?: string | undefined
  /** The device's clock minus ours, in ms; a whole number within 10 years. Default 0. */
  readonly clockOffsetMs?: number | undefined
  /** How long a search takes, in ms, 0–60,000; its results come in steadily over this time. Default 0. */
  readonly searchDelayMs?: number | undefined
  /** Searches open at a time, 1–1000. Default 8; real recorders hold between one and a few dozen. */
  readonly maxSearches?: number | undefined
  /** Whether it speaks https, with a certificate that it makes when it starts. Default false. */
  readonly https?: boolean | undefined
  /**
   * The time it lives in, ms since 1970; must never run backwards. Its clock (but for {@link clockOffsetMs} and quirks), the age of nonces and the life
   * of search sessions follow it, so that a day passes in seconds; only waiting for a slow search (`searchDelayMs`) takes real time. Default: this
   * machine's time.
   */
  readonly nowMs?: (() => number) | undefined
  /** Names from `QUIRKS`: the ways of real recorders that it has. Default none: it keeps to the specification. */
  readonly quirks?: readonly string[] | undefined
}

const TEN_YEARS_MS = 10 * 366 * 24 * 3600 * 1000

/** Each is an object with tracks and histories of its own, some kilobytes. */
const MAX_CLIPS = 100_000

const fields = z.strictObject({
  host: z.string().min(1).optional(),
  port: z.int().min(0).max(65_535).default(0),
  recordings: z.int().min(0).max(1_000_000).default(200),
  channels: z.int().min(1).max(1024).default(4),
  seed: z.int().min(0).max(0xffffffff).default(1),
  newestMs: z.int().min(1_000_000_000_000).max(Date.UTC(2100, 0)).default(Date.UTC(2026, 0)),
  stillRecording: z.boolean().default(false),
  videoOnly: z.boolean().default(false),
  user: z.string().min(1).optional(),
  password: z.string().optional(),
  clockOffsetMs: z.int().min(-TEN_YEARS_MS).max(TEN_YEARS_MS).default(0),
  searchDelayMs: z.int().min(0).max(60_000).default(0),
  maxSearches: z.int().min(1).max(1000).default(8),
  https: z.boolean().default(false),
  nowMs: z.custom<() => number>((value) => typeof value === 'function', { error: 'expected a function' }).optional(),
  quirks: z.array(z.string()).default([]),
})

const schema = fields
  .refine((options) => (options.user === undefined) === (options.password === undefined), {
    error: 'user and password go together; one of them is missing',
  })
  .superRefine(({ quirks, user, host, recordings }, context) => {
    const problems = [...quirkProblems(quirks, user !== undefined)]
    if (quirks.includes('ipv6') && host !== undefined && !isIPv6(host)) {
      problems.push(`quirk 'ipv6' needs an IPv6 host, got '${host}'`)
    }
    if (quirks.includes('recording-per-clip') && recordings > MAX_CLIPS) {
      problems.push(`quirk 'recording-per-clip' takes at most ${MAX_CLIPS} recordings, got ${recordings}`)
    }
    for (const message of problems) context.addIssue({ code: 'custom', message })
  })
  .transform((options) => {
    // Every name was found known just above.
    const quirks: QuirkSet = new Set(options.quirks.filter(isQuirkName))
    return {
      ...options,
      quirks,
      host: options.host ?? (quirks.has('ipv6') ? '::1' : '127.0.0.1'),
      https: options.https || quirks.has('https'),
      stillRecording: options.stillRecording || quirks.has('still-recording'),
    }
  })
  .readonly()

/** Options with every default filled in. */
export type RecorderSettings = z.output<typeof schema>

/**
 * Read options, once, at the door.
 *
 * @throws UsageError `ERR_VIEWNET_OPTION` for an unknown option, naming the nearest known one, and for a value out of range; a value is
 *   quoted only where it is a number or a boolean, so no password ever is
 */
export function parseOptions(options: SimulatedRecorderOptions): RecorderSettings {
  return parseStrictly(schema, options, 'simulated recorder')
}

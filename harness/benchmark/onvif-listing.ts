import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Measurement } from './figure.js'

/** What the recorder's process says when it is ready. */
export interface RecorderReady {
  readonly origin: string
  /** How many replies a listing gets; `ORIGIN/replies/N` is each alone. */
  readonly replyCount: number
}

/** What the lister's process says of one listing, when it is done. */
export interface ListingReport {
  readonly count: number
  readonly durationMs: number
  /** Before the listing, when the small one was over and the device had been asked who it is. */
  readonly idleRssBytes: number
  /** The most that was seen during the listing. */
  readonly peakRssBytes: number
  /** Longest turn of the event loop. */
  readonly longestTurnMs: number
}

/** What the parser's process says. */
export interface ParsingReport {
  readonly durationMs: number
}

/** Resources of one listing: some 125 MB of XML. */
const RESOURCES = 100_000
/** Of the listing before it, in the same process. */
const SMALL_RESOURCES = 1_000
const ROUNDS = 5

const MEGABYTE = 1024 * 1024

interface RecordedListing {
  readonly resources: number
  readonly url: string
  readonly origin: string
  readonly replyCount: number
}

interface RecordedListings {
  readonly small: RecordedListing
  readonly large: RecordedListing
}

/** What listing a hundred thousand resources of one recorder costs: time, memory, and the longest that everything else has to wait. */
export function onvifListingMeasurements(): readonly Measurement[] {
  let made: Promise<RecordedListings> | undefined
  const recorded = (): Promise<RecordedListings> => (made ??= startRecorders())
  const listings: Promise<ListingReport>[] = []
  /** One listing after the other, from the first on: what the figures tell is of the same ones. */
  const listingsInTurn = (): (() => Promise<ListingReport>) => {
    let next = 0
    return () => (listings[next++] ??= recorded().then(listElsewhere))
  }
  const [timed, weighed, watched] = [listingsInTurn(), listingsInTurn(), listingsInTurn()]
  // Each listing and each parsing is in a process of its own, which did the same with a hundredth before: all begin equally warm, and none is left out.
  const about = { rounds: ROUNDS, warmUps: 0 }
  let idleRssBytes = 0
  return [
    {
      name: `list ${RESOURCES} recordings of an ONVIF recorder, beside saxes alone`,
      unit: 'ms',
      goal: { is: 'at most', ratio: 1.5 },
      ...about,
      ours: async () => (await timed()).durationMs,
      baseline: async () => (await parseElsewhere(await recorded())).durationMs,
    },
    {
      name: `memory of a process that lists ${RESOURCES} recordings of an ONVIF recorder, beside the same one idle after it listed ${SMALL_RESOURCES}`,
      unit: 'MB',
      goal: { is: 'at most', difference: 40 },
      ...about,
      ours: async () => {
        const report = await weighed()
        idleRssBytes = report.idleRssBytes
        return report.peakRssBytes / MEGABYTE
      },
      // Of the same process, just before.
      baseline: () => idleRssBytes / MEGABYTE,
    },
    {
      name: `longest turn of the event loop while it lists ${RESOURCES} recordings of an ONVIF recorder`,
      unit: 'ms',
      goal: { is: 'at most', value: 50 },
      ...about,
      ours: async () => (await watched()).longestTurnMs,
    },
  ]
}

async function startRecorders(): Promise<RecordedListings> {
  const [small, large] = await Promise.all([startRecorder(SMALL_RESOURCES), startRecorder(RESOURCES)])
  return { small, large }
}

async function startRecorder(resources: number): Promise<RecordedListing> {
  const recorder = fork(fileURLToPath(new URL('./onvif-recorder.js', import.meta.url)), [String(resources)])
  const [{ origin, replyCount }] = (await once(recorder, 'message')) as [RecorderReady]
  // It ends with this process, and keeps it from nothing.
  recorder.unref()
  recorder.channel?.unref()
  return { resources, url: `${origin}/onvif/device_service`, origin, replyCount }
}

/** List in a process that does nothing else. */
async function listElsewhere({ small, large }: RecordedListings): Promise<ListingReport> {
  const report = await reportOf<ListingReport>('./onvif-lister.js', [large.url, small.url])
  if (report.count !== large.resources) throw new Error(`expected ${large.resources} recordings, got ${report.count}`)
  return report
}

/** Parse the same octets in a process that does nothing else. */
function parseElsewhere({ small, large }: RecordedListings): Promise<ParsingReport> {
  const args = [large, small].flatMap(({ origin, replyCount }) => [origin, String(replyCount)])
  return reportOf<ParsingReport>('./onvif-parser.js', args)
}

/** What a process says before it ends. */
async function reportOf<Report>(program: string, args: readonly string[]): Promise<Report> {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), args)
  const ended = once(child, 'exit')
  const [report] = (await Promise.race([
    once(child, 'message'),
    ended.then(([status]) =>
      Promise.reject(new Error(`expected a report of ${program}, got exit status ${String(status)}`)),
    ),
  ])) as [Report]
  await ended
  return report
}

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { SaxesParser } from 'saxes'
import { OnvifDevice } from 'viewnet/devices/onvif'
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
  /** Before the listing, when the device had been asked who it is. */
  readonly idleRssBytes: number
  /** The most that was seen during the listing. */
  readonly peakRssBytes: number
  /** Longest turn of the event loop. */
  readonly longestTurnMs: number
}

/** Resources of one listing: some 370 MB of XML. */
const RESOURCES = 100_000
const ROUNDS = 5

/** As octets arrive from a socket. */
const PIECE_OCTETS = 64 * 1024

const MEGABYTE = 1024 * 1024

interface RecordedListing {
  readonly url: string
  readonly origin: string
  readonly replyCount: number
}

/** What listing a hundred thousand resources of one recorder costs: time, memory, and the longest that everything else has to wait. */
export function onvifListingMeasurements(): readonly Measurement[] {
  let listing: Promise<RecordedListing> | undefined
  const recorded = (): Promise<RecordedListing> => (listing ??= startRecorder())
  let replies: Promise<readonly Uint8Array[]> | undefined
  let idleRssBytes = 0
  return [
    {
      name: `list ${RESOURCES} recordings of an ONVIF recorder, beside saxes alone`,
      unit: 'ms',
      goal: { is: 'at most', ratio: 1.5 },
      rounds: ROUNDS,
      ours: async () => timeListing((await recorded()).url),
      baseline: async () => timeParsing(await (replies ??= fetchReplies(await recorded()))),
      close: () => {
        replies = undefined
      },
    },
    {
      name: `memory of a process that lists ${RESOURCES} recordings of an ONVIF recorder, beside the same one idle`,
      unit: 'MB',
      goal: { is: 'at most', difference: 40 },
      rounds: ROUNDS,
      ours: async () => {
        const report = await listElsewhere(await recorded())
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
      rounds: ROUNDS,
      ours: async () => (await listElsewhere(await recorded())).longestTurnMs,
    },
  ]
}

async function startRecorder(): Promise<RecordedListing> {
  const recorder = fork(fileURLToPath(new URL('./onvif-recorder.js', import.meta.url)), [String(RESOURCES)])
  const [{ origin, replyCount }] = (await once(recorder, 'message')) as [RecorderReady]
  // It ends with this process, and keeps it from nothing.
  recorder.unref()
  recorder.channel?.unref()
  return { url: `${origin}/onvif/device_service`, origin, replyCount }
}

async function fetchReplies({ origin, replyCount }: RecordedListing): Promise<readonly Uint8Array[]> {
  const replies: Uint8Array[] = []
  for (let index = 0; index < replyCount; index++) {
    const response = await fetch(`${origin}/replies/${index}`)
    replies.push(new Uint8Array(await response.arrayBuffer()))
  }
  return replies
}

/** List in a process that does nothing else. */
async function listElsewhere({ url }: RecordedListing): Promise<ListingReport> {
  const lister = fork(fileURLToPath(new URL('./onvif-lister.js', import.meta.url)), [url])
  const ended = once(lister, 'exit')
  const [report] = (await Promise.race([
    once(lister, 'message'),
    ended.then(([status]) =>
      Promise.reject(new Error(`expected a listing from a process of its own, got exit status ${String(status)}`)),
    ),
  ])) as [ListingReport]
  await ended
  checkCount(report.count)
  return report
}

async function timeListing(url: string): Promise<number> {
  await using device = new OnvifDevice({ url })
  const startedAtMs = performance.now()
  let count = 0
  for await (const page of device.listRecordings({})) count += page.length
  checkCount(count)
  return performance.now() - startedAtMs
}

function checkCount(count: number): void {
  if (count !== RESOURCES) throw new Error(`expected ${RESOURCES} recordings, got ${count}`)
}

/** The least that any client does: octets to text to tags, namespaces resolved, nothing kept. */
function timeParsing(replies: readonly Uint8Array[]): number {
  const startedAtMs = performance.now()
  for (const octets of replies) {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    const parser = new SaxesParser({ xmlns: true })
    for (let start = 0; start < octets.length; start += PIECE_OCTETS) {
      parser.write(decoder.decode(octets.subarray(start, start + PIECE_OCTETS), { stream: true }))
    }
    parser.close()
  }
  return performance.now() - startedAtMs
}

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { SaxesParser } from 'saxes'
import { OnvifDevice } from 'viewnet/devices/onvif'
import { measure, type Figure, type Measurement } from './figure.js'

/** What the recorder's process says when it is ready. */
export interface RecorderReady {
  readonly origin: string
  /** How many replies a listing gets; `ORIGIN/replies/N` is each alone. */
  readonly replyCount: number
}

/** Resources of one listing: some 37 MB of XML. */
const RESOURCES = 10_000
const ROUNDS = 5

/** As octets arrive from a socket. */
const PIECE_OCTETS = 64 * 1024

interface RecordedListing {
  readonly url: string
  readonly replies: readonly Uint8Array[]
}

/** A whole listing by the ONVIF driver over HTTP, beside bare saxes over the same octets in memory. */
export function onvifListingMeasurement(): Measurement {
  let listing: Promise<RecordedListing> | undefined
  const recorded = (): Promise<RecordedListing> => (listing ??= startRecorder())
  return {
    name: `list ${RESOURCES} recordings of an ONVIF recorder, beside saxes alone`,
    unit: 'ms',
    goal: { is: 'at most', ratio: 1.5 },
    rounds: ROUNDS,
    ours: async () => timeListing((await recorded()).url),
    baseline: async () => timeParsing((await recorded()).replies),
  }
}

/** Measure it. */
export function measureOnvifListing(): Promise<Figure> {
  return measure(onvifListingMeasurement())
}

async function startRecorder(): Promise<RecordedListing> {
  const recorder = fork(fileURLToPath(new URL('./onvif-recorder.js', import.meta.url)), [String(RESOURCES)])
  const [{ origin, replyCount }] = (await once(recorder, 'message')) as [RecorderReady]
  const replies: Uint8Array[] = []
  for (let index = 0; index < replyCount; index++) {
    const response = await fetch(`${origin}/replies/${index}`)
    replies.push(new Uint8Array(await response.arrayBuffer()))
  }
  // It ends with this process, and keeps it from nothing.
  recorder.unref()
  recorder.channel?.unref()
  return { url: `${origin}/onvif/device_service`, replies }
}

async function timeListing(url: string): Promise<number> {
  await using device = new OnvifDevice({ url })
  const startedAtMs = performance.now()
  let count = 0
  for await (const page of device.listRecordings({})) count += page.length
  if (count !== RESOURCES) throw new Error(`expected ${RESOURCES} recordings, got ${count}`)
  return performance.now() - startedAtMs
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

import * as fc from 'fast-check'
import t from 'tap'
import { DeviceError, type Recording } from 'viewnet/device'
import { OnvifDevice, type OnvifDeviceOptions, type OnvifExchange } from 'viewnet/devices/onvif'
import { SimulatedRecorder } from 'viewnet/devices/simulated'
import { toDeviceError } from '../../../devices/onvif/blame.js'
import type { Asker } from '../../../devices/onvif/onvif-client.js'
import { parseDateTime } from '../../../devices/onvif/date-time.js'
import { parseOptions } from '../../../devices/onvif/options.js'
import { listRecordings } from '../../../devices/onvif/recording-list.js'
import { readReply } from '../../../devices/onvif/soap-reply.js'
import { getRecordingInformation, writeEnvelope } from '../../../devices/onvif/soap-request.js'
import { readXml, XmlReader, type XmlElement } from '../../../devices/onvif/xml-reader.js'
import { validate, validationSkip } from './shared.js'
import { SoapServer, type Answer } from './soap-server.js'

const ADDRESS = new URL('http://192.0.2.7/onvif/search')
/** A thousand at every run; `VIEWNET_DAMAGED_LISTINGS=10000` for as many as the goal says. */
const LISTINGS = Number(process.env['VIEWNET_DAMAGED_LISTINGS'] ?? 1000)

const SEED = 20_261_122

type Replies = ReadonlyMap<string, readonly Uint8Array[]>

/** How {@link Replies} name what is answered about one recording. */
const aboutRecording = (token: string): string => `GetRecordingInformation of ${token}`
const NO_RECORDING = aboutRecording('any other')

/** Answers a listing from replies that are here, by operation and turn; the last one again when there are no more. */
function askerOf(replies: Replies): Asker {
  const turns = new Map<string, number>()
  return {
    deviceTimeMs: Date.UTC(2026, 0),
    // Nobody waits here: what a device may do in that time, it has done.
    pause: () => Promise.resolve(),
    async ask({ request, handlerOf }) {
      const { operation, body } = request
      const turn = turns.get(operation) ?? 0
      turns.set(operation, turn + 1)
      const ofOperation =
        replies.get(operation) ?? replies.get(aboutRecording(tokenIn(body))) ?? replies.get(NO_RECORDING)!
      try {
        const reader = new XmlReader({ maxBytes: 2 ** 20, handlerOf })
        reader.write(ofOperation[Math.min(turn, ofOperation.length - 1)] ?? new Uint8Array())
        return readReply(reader.end(), request)
      } catch (cause) {
        throw toDeviceError(cause, { operation, address: ADDRESS.href })
      }
    },
  }
}

/** What comes of a listing: its identities and bounds in order, or an error. */
async function outcomeOf(replies: Replies): Promise<string | Error> {
  const recordings: Recording[] = []
  try {
    const options = parseOptions({ url: ADDRESS.href, overallTimeoutMs: 60_000 })
    for await (const page of listRecordings(askerOf(replies), ADDRESS, options, {})) recordings.push(...page)
  } catch (error) {
    return error as Error
  }
  return textOf(recordings)
}

function textOf(recordings: readonly Recording[]): string {
  return recordings
    .map(({ identity, startMs, endMs, channel }) => `${identity} ${startMs} ${endMs ?? ''} ${channel}`)
    .sort()
    .join('\n')
}

function tokenIn(body: string): string {
  return /<tse:RecordingToken>([^<]*)</.exec(body)?.[1] ?? ''
}

/** Ask about one recording, as a listing does of one that it was not told of. */
async function askAbout(url: string, token: string): Promise<Uint8Array> {
  const response = await fetch(url.replace(/[^/]*$/, 'search_service'), {
    method: 'POST',
    headers: { 'content-type': 'application/soap+xml' },
    body: writeEnvelope(getRecordingInformation(token)),
  })
  return new Uint8Array(await response.arrayBuffer())
}

async function recordReplies(): Promise<Replies> {
  await using recorder = new SimulatedRecorder({ recordings: 4, channels: 2, seed: 5 })
  await recorder.start()
  const replies = new Map<string, Uint8Array[]>()
  const observe = ({ operation, responseOctets }: OnvifExchange): void => {
    replies.set(operation, [...(replies.get(operation) ?? []), responseOctets])
  }
  await using device = new OnvifDevice({ url: recorder.url, observe })
  for await (const _ of device.listRecordings({}));
  for (const token of new Set([...recorder.truth()].map(({ identity }) => identity.slice(0, identity.indexOf('/'))))) {
    replies.set(aboutRecording(token), [await askAbout(recorder.url, token)])
  }
  replies.set(NO_RECORDING, [await askAbout(recorder.url, 'none')])
  return replies
}

const utf8 = new TextDecoder()

/** A damaged reply of which another list was made. */
interface Other {
  readonly operation: string
  readonly told: Uint8Array
  readonly damaged: Uint8Array
}

/** What each element or attribute may say; others are free texts. */
const LEGAL: Readonly<Record<string, RegExp>> = {
  RecordingToken: /^.{1,64}$/,
  TrackToken: /^.{0,64}$/,
  Topic: /^[^\s/<>"&|]+(\/[^/<>"&|]+)*$/,
  TrackType: /^(Video|Audio|Metadata|Extended)$/i,
  RecordingStatus: /^(Initiated|Recording|Stopped|Removing|Removed|Unknown)$/,
  SearchState: /^(Queued|Searching|Completed|Unknown)$/,
  StartStateEvent: /^(true|false|1|0)$/,
  PropertyOperation: /^(Initialized|Deleted|Changed)$/i,
}
const TIMES = ['Time', 'UtcTime', 'DataFrom', 'DataTo', 'EarliestRecording', 'LatestRecording']

/** Of which elements and attributes below an element a listing reads nothing. */
function unreadBelow({ name, children }: XmlElement): readonly string[] {
  // An event has two times: its message's stands in for one that cannot be read.
  const hasTime = children.some((child) => child.name === 'Time' && parseDateTime(child.text) !== undefined)
  if (name === 'Result') return [hasTime ? 'UtcTime' : 'Time']
  const isVideo = children.some((child) => child.name === 'TrackType' && /^\s*video\s*$/i.test(child.text))
  return name === 'Track' && !isVideo ? ['DataFrom', 'DataTo'] : []
}

/** The first value in a message that none of its kind may have, but for those that are not read; `undefined`: what it says may be so. */
function illegalValueOf(element: XmlElement, unread: readonly string[] = []): string | undefined {
  const values = {
    ...element.attributes,
    ...(element.children.length === 0 ? { [element.name]: element.text.trim() } : {}),
  }
  for (const [name, value] of Object.entries(values)) {
    const isLegal = TIMES.includes(name) ? parseDateTime(value) !== undefined : (LEGAL[name]?.test(value) ?? true)
    if (!isLegal && !unread.includes(name)) return `${name} '${value}'`
  }
  const unreadBelowIt = [...unread, ...unreadBelow(element)]
  for (const child of element.children) {
    const illegal = illegalValueOf(child, unreadBelowIt)
    if (illegal !== undefined) return illegal
  }
  return undefined
}

/** For people: what was told, and what became of it. */
function differenceOf(operation: string, told: Uint8Array, damaged: Uint8Array): string {
  const at = told.findIndex((octet, index) => octet !== damaged[index])
  const around = (octets: Uint8Array): string => JSON.stringify(utf8.decode(octets.subarray(at - 20, at + 20)))
  return told.length === damaged.length
    ? `${operation}: ${around(told)} became ${around(damaged)}`
    : `${operation}: ${told.length} octets became ${damaged.length}, from ${around(damaged)} on`
}

/** One way to damage octets; numbers from 0 to 1 say where. */
type Damage = (octets: Uint8Array, at: number, other: number) => Uint8Array

const indexAt = (octets: Uint8Array, at: number): number => Math.floor(at * octets.length)

const truncate: Damage = (octets, at) => octets.subarray(0, indexAt(octets, at))
const flipBit: Damage = (octets, at, other) => {
  // Not slice(), which of a Buffer is no copy.
  const damaged = Uint8Array.from(octets)
  damaged[indexAt(octets, at)]! ^= 1 << Math.floor(other * 8)
  return damaged
}
const splice: Damage = (octets, at, other) =>
  Buffer.concat([octets.subarray(0, indexAt(octets, at)), octets.subarray(indexAt(octets, other))])

t.test(`lists the truth or says why not, whatever happens to its replies: ${LISTINGS} listings`, async (t) => {
  const replies = await recordReplies()
  const truth = await outcomeOf(replies)
  t.equal(typeof truth, 'string')
  const seed = Number(process.env['VIEWNET_SEED'] ?? SEED)
  t.comment(`seed ${seed}`)
  const counts = { truth: 0, 'another list': 0, error: 0 }
  const others: Other[] = []
  const names = [...replies.keys()].filter((name) => !name.startsWith(aboutRecording('')))
  // Every place alike: by itself, the generator favours the ends.
  const place = fc.noBias(fc.nat(2 ** 30 - 1)).map((number) => number / 2 ** 30)
  const damage = fc.constantFrom(truncate, flipBit, splice)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.nat(3),
      damage,
      place,
      place,
      async (name, turn, damaged, at, other) => {
        const ofName = [...replies.get(name)!]
        const index = turn % ofName.length
        ofName[index] = damaged(ofName[index]!, at, other)
        const outcome = await outcomeOf(new Map(replies).set(name, ofName))
        if (outcome instanceof Error) {
          counts.error++
          return outcome instanceof DeviceError
        }
        counts[outcome === truth ? 'truth' : 'another list']++
        if (outcome !== truth)
          others.push({ operation: name, told: replies.get(name)![index]!, damaged: ofName[index] })
        return outcome === truth || damaged !== truncate
      },
    ),
    { seed, numRuns: LISTINGS, endOnFailure: true },
  )
  t.comment(JSON.stringify(counts))
  // HTTP has no sum by which to tell such a message from what the device meant.
  for (const { operation, told, damaged } of others) {
    t.equal(illegalValueOf(readXml(damaged, { maxBytes: 2 ** 20 })), undefined, differenceOf(operation, told, damaged))
  }
  // By the schemas, what is not read has to be legal too: of the listings that are made at every run it is.
  const skip = seed === SEED ? validationSkip() : `the seed is not ${SEED}`
  if (skip) t.comment(`not validated: ${skip}`)
  else if (others.length > 0) {
    t.doesNotThrow(
      () => validate(Object.fromEntries(others.map(({ damaged }, index) => [`other-${index}`, utf8.decode(damaged)]))),
      "each is a message that a recorder may send, by ONVIF's schemas",
    )
  }
})

t.test('tells damage to a reply of a told length as an error, where only the length shows it', async (t) => {
  const replies = await recordReplies()
  const truth = await outcomeOf(replies)
  let isDamaged = false
  const turns = new Map<string, number>()
  const answer = (operation: string): Answer => {
    return (response) => {
      const ofOperation = replies.get(operation) ?? []
      const turn = turns.get(operation) ?? 0
      turns.set(operation, turn + 1)
      const octets = ofOperation[Math.min(turn, ofOperation.length - 1)]!
      response.writeHead(200, { 'content-type': 'application/soap+xml', 'content-length': octets.length })
      response.end(isDamaged && operation === 'GetRecordingSearchResults' ? withoutOneRecording(octets) : octets)
    }
  }
  await using server = new SoapServer(Object.fromEntries([...replies.keys()].map((name) => [name, answer(name)])))
  await server.start()
  const list = async (options: Partial<OnvifDeviceOptions>): Promise<string> => {
    await using device = new OnvifDevice({ url: server.url, ...options })
    turns.clear()
    const recordings: Recording[] = []
    for await (const page of device.listRecordings({})) recordings.push(...page)
    return textOf(recordings)
  }
  t.equal(await list({}), truth)
  isDamaged = true
  const [reply] = replies.get('GetRecordingSearchResults')!
  readXml(withoutOneRecording(reply!), { maxBytes: 2 ** 20 })
  const patience = { attemptTimeoutMs: 500, callTimeoutMs: 1000 }
  await t.rejects(list(patience), { code: 'ERR_VIEWNET_DEVICE_UNREACHABLE' }, 'well-formed, but a recording is missing')
})

/** Still a whole message. */
function withoutOneRecording(octets: Uint8Array): Uint8Array {
  return Buffer.from(utf8.decode(octets).replace(/<tt:RecordingInformation>.*?<\/tt:RecordingInformation>/s, ''))
}

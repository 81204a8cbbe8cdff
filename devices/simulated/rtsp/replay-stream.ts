import type { Credentials } from '../authentication.js'
import type { RecorderContents, SimulatedRecording, SimulatedTrack } from '../contents.js'
import { HttpDigestAuthentication } from '../http-digest.js'
import type { QuirkSet } from '../quirks/quirk-set.js'
import type { RtspReply, RtspRequest } from './rtsp-message.js'

/** What replay streams are made from. */
export interface ReplayStreamPlan {
  readonly contents: RecorderContents
  readonly credentials: Credentials | undefined
  readonly quirks: QuirkSet
  /** Ages nonces: ms of any clock that never runs backwards. */
  readonly monotonicMs: () => number
}

/** The path of every replay URI; the query names the recording. */
export const REPLAY_PATH = '/onvif/replay'

const REALM = 'Simulated Recorder'
const NONCE_LIFE = { maxUses: 100, maxAgeMs: 60_000 }
const MEDIA: Readonly<Record<SimulatedTrack['type'], { readonly kind: string; readonly format: string }>> = {
  Video: { kind: 'video', format: 'H264/90000' },
  Audio: { kind: 'audio', format: 'MPEG4-GENERIC/16000' },
  Metadata: { kind: 'application', format: 'vnd.onvif.metadata/90000' },
  Extended: { kind: 'application', format: 'vnd.onvif.metadata/90000' },
}
const FIRST_PAYLOAD_TYPE = 96

/**
 * What stands behind a replay URI: the stream of a recording, described. A simulated recorder has no pictures, so it is never played.
 *
 * @returns answers requests; `undefined`: with silence
 * @see RFC 2326, section 10.2; ONVIF Streaming specification, "Replay"
 */
export function replayStreams({
  contents,
  credentials,
  quirks,
  monotonicMs,
}: ReplayStreamPlan): (request: RtspRequest) => RtspReply | undefined {
  const isBasic = quirks.has('replay-basic-only')
  const digest = credentials && new HttpDigestAuthentication(credentials, NONCE_LIFE)

  const refusalOf = ({ method, uri, headers }: RtspRequest): RtspReply | undefined => {
    if (!credentials || !digest || quirks.has('no-authentication')) return undefined
    const authorization = headers.get('authorization')
    const unauthorized = (challenges: readonly string[]): RtspReply => ({
      status: 401,
      reason: 'Unauthorized',
      headers: { 'WWW-Authenticate': challenges },
    })
    if (isBasic) {
      const { user, password } = credentials
      const right = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
      return authorization === right ? undefined : unauthorized([`Basic realm="${REALM}"`])
    }
    const verdict = digest.check({ method, target: uri, authorization }, monotonicMs())
    return verdict === 'accepted' ? undefined : unauthorized(digest.challenges(verdict === 'stale', monotonicMs()))
  }

  return (request) => {
    const { method, uri } = request
    if (method === 'OPTIONS') return { status: 200, reason: 'OK', headers: { Public: 'OPTIONS, DESCRIBE' } }
    if (method !== 'DESCRIBE') return { status: 501, reason: 'Not Implemented' }
    if (quirks.has('replay-silent')) return undefined
    const refusal = refusalOf(request)
    if (refusal) return refusal
    const recording = recordingAt(uri, contents)
    if (!recording) return { status: 404, reason: 'Not Found' }
    const tracks = quirks.has('replay-without-media') ? [] : recording.tracks
    return {
      status: 200,
      reason: 'OK',
      headers: { 'Content-Type': 'application/sdp', 'Content-Base': `${uri}/` },
      body: describe(recording, tracks),
    }
  }
}

function recordingAt(uri: string, { recordings }: RecorderContents): SimulatedRecording | undefined {
  if (!URL.canParse(uri)) return undefined
  const { pathname, searchParams } = new URL(uri)
  const token = searchParams.get('recording')
  return pathname === REPLAY_PATH ? recordings.find((recording) => recording.token === token) : undefined
}

/** RFC 4566. */
function describe({ sourceName }: SimulatedRecording, tracks: readonly SimulatedTrack[]): string {
  const media = tracks.flatMap(({ type }, index) => {
    const { kind, format } = MEDIA[type]
    const payloadType = FIRST_PAYLOAD_TYPE + index
    return [
      `m=${kind} 0 RTP/AVP ${payloadType}`,
      `a=rtpmap:${payloadType} ${format}`,
      `a=control:track${index + 1}`,
      'a=recvonly',
    ]
  })
  const lines = [
    'v=0',
    'o=- 0 0 IN IP4 127.0.0.1',
    `s=${sourceName}`,
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    ...media,
  ]
  return `${lines.join('\r\n')}\r\n`
}

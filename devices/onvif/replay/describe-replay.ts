import { DeviceError, DeviceErrorCode } from 'viewnet/device'
import type { Limits } from '../deadline.js'
import { Namespace } from '../namespaces.js'
import type { Asker } from '../onvif-client.js'
import { getReplayUri } from '../soap-request.js'
import type { Credentials } from '../username-token.js'
import { textOf } from '../xml-element.js'
import { describeStream } from './describe-stream.js'
import type { StreamMedia } from './session-description.js'

/** How one recording of a device is played. */
export interface ReplayDescription {
  /** The device's own name for the recording. */
  readonly recordingToken: string
  /** What the stream has in it, at least one. */
  readonly media: readonly StreamMedia[]
  /** How long the RTSP server took to describe it, connecting included, ms. */
  readonly rtspMs: number
}

/** How to ask for a replay. */
export interface ReplayQuestion extends Limits {
  /** Of the replay service. */
  readonly address: URL
  readonly recordingToken: string
  readonly credentials: Credentials | undefined
}

/**
 * Ask where a recording is played, and have it described there.
 *
 * The host stays the one at which we reached the device, as with its services: a device must not send our credentials to somebody else.
 */
export async function describeReplay(
  client: Pick<Asker, 'ask'>,
  { address, recordingToken, credentials, ...limits }: ReplayQuestion,
): Promise<ReplayDescription> {
  const answer = await client.ask({ ...limits, address, request: getReplayUri(recordingToken) })
  const uri = replayUri(textOf(answer, Namespace.replay, 'Uri'), address)
  const startedAtMs = performance.now()
  const media = await describeStream({ ...limits, uri, credentials })
  return { recordingToken, media, rtspMs: performance.now() - startedAtMs }
}

/** @throws DeviceError `FAULT` when the device names no rtsp: URI; the URI itself is not told, because some hold a password */
function replayUri(told: string, address: URL): URL {
  const uri = URL.canParse(told) ? new URL(told) : undefined
  if (uri?.protocol !== 'rtsp:' || uri.hostname === '') {
    const got = uri ? `one of ${uri.protocol}` : told === '' ? 'none' : 'something else'
    throw new DeviceError(DeviceErrorCode.fault, `GetReplayUri at ${address.href}: expected an rtsp: URI, got ${got}`, {
      operation: 'GetReplayUri',
      address: address.href,
    })
  }
  uri.hostname = address.hostname
  uri.username = ''
  uri.password = ''
  return uri
}

import type { RecorderContents } from '../contents.js'
import { REPLAY_PATH } from '../rtsp/replay-stream.js'
import { Arguments } from '../soap/arguments.js'
import { invalidValue } from '../soap/fault.js'
import { NAMESPACE } from '../soap/namespaces.js'
import { xml } from '../soap/xml-writer.js'
import { findRecording } from './search-scope.js'
import { operationTable, type Service } from './service.js'

/**
 * The replay service. It names addresses as a recorder does; the RTSP server behind them describes streams and plays none, because a simulated recorder
 * has no pictures.
 *
 * @param rtspPort - where that server listens now
 * @see ONVIF Replay Control specification
 */
export function replayService(contents: RecorderContents, rtspPort: () => number): Service {
  const capabilities = xml`
    <trp:Capabilities ReversePlayback="false" SessionTimeoutRange="10 60" RTP_RTSP_TCP="true"/>`

  const operations = operationTable({
    GetServiceCapabilities: {
      access: 'PRE_AUTH',
      perform: () => xml`<trp:GetServiceCapabilitiesResponse>${capabilities}</trp:GetServiceCapabilitiesResponse>`,
    },
    GetReplayUri: {
      access: 'READ_MEDIA',
      inputs: ['StreamSetup', 'RecordingToken'],
      perform: ({ input, origin }) => {
        const setup = new Arguments(input.required('StreamSetup'), NAMESPACE.tt, ['Stream', 'Transport'])
        const transport = new Arguments(setup.required('Transport'), NAMESPACE.tt, ['Protocol', 'Tunnel'])
        const stream = setup.token('Stream').trim()
        const protocol = transport.token('Protocol').trim()
        if (stream !== 'RTP-Unicast' || protocol !== 'RTSP') {
          throw invalidValue(`expected RTP-Unicast over RTSP, got ${stream} over ${protocol}`, 'ter:InvalidStreamSetup')
        }
        const recording = findRecording(contents, input.token('RecordingToken'), 'ter:NoRecording')
        const { hostname } = new URL(origin)
        return xml`
          <trp:GetReplayUriResponse>
            <trp:Uri>rtsp://${hostname}:${rtspPort()}${REPLAY_PATH}?recording=${recording.token}</trp:Uri>
          </trp:GetReplayUriResponse>`
      },
    },
  })
  return {
    namespace: NAMESPACE.trp,
    path: '/onvif/replay_service',
    category: {
      name: 'Replay',
      isExtension: true,
      write: (address) => xml`<tt:Replay><tt:XAddr>${address}</tt:XAddr></tt:Replay>`,
    },
    version: { major: 21, minor: 12 },
    capabilities,
    operations,
  }
}

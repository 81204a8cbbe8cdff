import { xml, type Xml } from '../soap/xml-writer.js'
import { operationTable, type Service } from './service.js'

const MEDIA = 'http://www.onvif.org/ver10/media/wsdl'
const PTZ = 'http://www.onvif.org/ver20/ptz/wsdl'

/**
 * What a camera without a disk offers in place of search and replay. Only named: nobody lists recordings there.
 *
 * @see ONVIF Media and PTZ specifications
 */
export function liveServices(): readonly Service[] {
  return [
    namedService('Media', MEDIA, '/onvif/media_service', (address) => {
      return xml`<tt:Media><tt:XAddr>${address}</tt:XAddr><tt:StreamingCapabilities RTP_RTSP_TCP="true"/></tt:Media>`
    }),
    namedService('PTZ', PTZ, '/onvif/ptz_service', (address) => {
      return xml`<tt:PTZ><tt:XAddr>${address}</tt:XAddr></tt:PTZ>`
    }),
  ]
}

function namedService(name: string, namespace: string, path: string, write: (address: string) => Xml): Service {
  const capabilities = xml`<Capabilities xmlns="${namespace}"/>`
  return {
    namespace,
    path,
    category: { name, isExtension: false, write },
    version: { major: 20, minor: 12 },
    capabilities,
    operations: operationTable({
      GetServiceCapabilities: {
        access: 'PRE_AUTH',
        perform: () =>
          xml`<GetServiceCapabilitiesResponse xmlns="${namespace}">${capabilities}</GetServiceCapabilitiesResponse>`,
      },
    }),
  }
}

import { actionNotSupported } from '../soap/fault.js'
import { NAMESPACE } from '../soap/namespaces.js'
import { xml, type Xml } from '../soap/xml-writer.js'
import { addressOf, operationTable, type Service } from './service.js'

/** What the device service has to know. */
export interface DeviceServiceContext {
  readonly serialNumber: string
  /** Whether WS-Security is asked for. */
  readonly isProtected: boolean
  /** The device's own clock, ms since 1970. */
  readonly deviceNowMs: () => number
  /** The search and replay services, for GetServices and GetCapabilities. */
  readonly search: Service
  readonly replay: Service
}

export const DEVICE_SERVICE_PATH = '/onvif/device_service'

const MANUFACTURER = 'Viewnet'
const MODEL = 'Simulated Recorder'
const FIRMWARE_VERSION = '1.0'
const HARDWARE_ID = 'simulated'
/** The release of the specifications that were followed: 26.06. */
const VERSION = { major: 26, minor: 6 } as const

/** Fixed scopes; blanks are escaped as in any URI. */
const SCOPES = [
  'onvif://www.onvif.org/type/Network_Video_Storage',
  'onvif://www.onvif.org/Profile/G',
  'onvif://www.onvif.org/name/Viewnet%20Simulated%20Recorder',
  'onvif://www.onvif.org/hardware/simulated',
  'onvif://www.onvif.org/location/bench',
]

/**
 * The device management service, as far as a client needs it to find the others.
 *
 * @see ONVIF Core specification, "Device management"
 */
export function deviceService(context: DeviceServiceContext): Service {
  const capabilities = xml`
    <tds:Capabilities>
      <tds:Network IPFilter="false" ZeroConfiguration="false" IPVersion6="false" DynDNS="false"/>
      <tds:Security UsernameToken="${context.isProtected}" HttpDigest="false"/>
      <tds:System DiscoveryResolve="false" DiscoveryBye="false" RemoteDiscovery="false" SystemBackup="false"/>
    </tds:Capabilities>`

  const operations = operationTable({
    GetSystemDateAndTime: {
      access: 'PRE_AUTH',
      perform: () => writeSystemDateAndTime(context.deviceNowMs()),
    },
    GetServiceCapabilities: {
      access: 'PRE_AUTH',
      perform: () => xml`<tds:GetServiceCapabilitiesResponse>${capabilities}</tds:GetServiceCapabilitiesResponse>`,
    },
    GetServices: {
      access: 'PRE_AUTH',
      inputs: ['IncludeCapability'],
      perform: ({ input, origin }) => {
        const withCapabilities = input.boolean('IncludeCapability')
        const services = [service, context.search, context.replay]
        return xml`
          <tds:GetServicesResponse>
            ${services.map((each) => writeService(each, origin, withCapabilities))}
          </tds:GetServicesResponse>`
      },
    },
    GetCapabilities: {
      access: 'PRE_AUTH',
      inputs: ['Category'],
      perform: ({ input, origin }) => {
        const categories = input.all('Category').map((category) => category.text.trim())
        return writeCapabilities(context, origin, categories)
      },
    },
    GetDeviceInformation: {
      access: 'READ_SYSTEM',
      perform: () => xml`
        <tds:GetDeviceInformationResponse>
          <tds:Manufacturer>${MANUFACTURER}</tds:Manufacturer>
          <tds:Model>${MODEL}</tds:Model>
          <tds:FirmwareVersion>${FIRMWARE_VERSION}</tds:FirmwareVersion>
          <tds:SerialNumber>${context.serialNumber}</tds:SerialNumber>
          <tds:HardwareId>${HARDWARE_ID}</tds:HardwareId>
        </tds:GetDeviceInformationResponse>`,
    },
    GetScopes: {
      access: 'READ_SYSTEM',
      perform: () => {
        const scopes = SCOPES.map(
          (scope) =>
            xml`<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>${scope}</tt:ScopeItem></tds:Scopes>`,
        )
        return xml`<tds:GetScopesResponse>${scopes}</tds:GetScopesResponse>`
      },
    },
  })
  const service: Service = {
    namespace: NAMESPACE.tds,
    path: DEVICE_SERVICE_PATH,
    version: VERSION,
    capabilities,
    operations,
  }
  return service
}

function writeService(service: Service, origin: string, withCapabilities: boolean): Xml {
  return xml`
    <tds:Service>
      <tds:Namespace>${service.namespace}</tds:Namespace>
      <tds:XAddr>${addressOf(service, origin)}</tds:XAddr>
      ${withCapabilities ? xml`<tds:Capabilities>${service.capabilities}</tds:Capabilities>` : undefined}
      <tds:Version><tt:Major>${service.version.major}</tt:Major><tt:Minor>${service.version.minor}</tt:Minor></tds:Version>
    </tds:Service>`
}

/** GetCapabilities is older than GetServices: search and replay have no category of their own and stand in the extension of 'All'. */
function writeCapabilities(context: DeviceServiceContext, origin: string, categories: readonly string[]): Xml {
  const unsupported = categories.find((category) => category !== 'All' && category !== 'Device')
  if (unsupported !== undefined) {
    throw actionNotSupported(`this device has no service of the category '${unsupported}'`, 'ter:NoSuchService')
  }
  const wantsAll = categories.length === 0 || categories.includes('All')
  const extension = xml`
    <tt:Extension>
      <tt:Search>
        <tt:XAddr>${addressOf(context.search, origin)}</tt:XAddr>
        <tt:MetadataSearch>false</tt:MetadataSearch>
      </tt:Search>
      <tt:Replay><tt:XAddr>${addressOf(context.replay, origin)}</tt:XAddr></tt:Replay>
    </tt:Extension>`
  return xml`
    <tds:GetCapabilitiesResponse>
      <tds:Capabilities>
        <tt:Device><tt:XAddr>${origin}${DEVICE_SERVICE_PATH}</tt:XAddr></tt:Device>
        ${wantsAll ? extension : undefined}
      </tds:Capabilities>
    </tds:GetCapabilitiesResponse>`
}

/** The device keeps UTC: its local time is the same. */
function writeSystemDateAndTime(nowMs: number): Xml {
  const now = new Date(nowMs)
  const moment = xml`
    <tt:Time>
      <tt:Hour>${now.getUTCHours()}</tt:Hour>
      <tt:Minute>${now.getUTCMinutes()}</tt:Minute>
      <tt:Second>${now.getUTCSeconds()}</tt:Second>
    </tt:Time>
    <tt:Date>
      <tt:Year>${now.getUTCFullYear()}</tt:Year>
      <tt:Month>${now.getUTCMonth() + 1}</tt:Month>
      <tt:Day>${now.getUTCDate()}</tt:Day>
    </tt:Date>`
  return xml`
    <tds:GetSystemDateAndTimeResponse>
      <tds:SystemDateAndTime>
        <tt:DateTimeType>Manual</tt:DateTimeType>
        <tt:DaylightSavings>false</tt:DaylightSavings>
        <tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone>
        <tt:UTCDateTime>${moment}</tt:UTCDateTime>
        <tt:LocalDateTime>${moment}</tt:LocalDateTime>
      </tds:SystemDateAndTime>
    </tds:GetSystemDateAndTimeResponse>`
}

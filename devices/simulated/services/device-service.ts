import type { AuthenticationKinds } from '../authentication.js'
import { actionNotSupported } from '../soap/fault.js'
import { SCOPES } from '../scopes.js'
import { NAMESPACE } from '../soap/namespaces.js'
import { xml, type Xml } from '../soap/xml-writer.js'
import { operationTable, type AddressOf, type Service } from './service.js'

/** What the device service has to know. */
export interface DeviceServiceContext {
  readonly serialNumber: string
  readonly authentication: AuthenticationKinds
  /** The device's own clock, ms since 1970. */
  readonly deviceNowMs: () => number
  /** What the device reads on its clock's face: this far ahead of UTC, in ms, whole hours. */
  readonly localTimeAheadMs: number
  /** The other services. */
  readonly services: readonly Service[]
  readonly addressOf: AddressOf
}

export const DEVICE_SERVICE_PATH = '/onvif/device_service'

const MANUFACTURER = 'Viewnet'
const MODEL = 'Simulated Recorder'
const FIRMWARE_VERSION = '1.0'
const HARDWARE_ID = 'simulated'
/** The release of the specifications that were followed: 26.06. */
const VERSION = { major: 26, minor: 6 } as const

/**
 * The device management service, as far as a client needs it to find the others.
 *
 * @see ONVIF Core specification, "Device management"
 */
export function deviceService(context: DeviceServiceContext): Service {
  const capabilities = xml`
    <tds:Capabilities>
      <tds:Network IPFilter="false" ZeroConfiguration="false" IPVersion6="false" DynDNS="false"/>
      <tds:Security UsernameToken="${context.authentication.usernameToken}" HttpDigest="${context.authentication.httpDigest}"/>
      <tds:System DiscoveryResolve="false" DiscoveryBye="false" RemoteDiscovery="false" SystemBackup="false"/>
    </tds:Capabilities>`

  const operations = operationTable({
    GetSystemDateAndTime: {
      access: 'PRE_AUTH',
      perform: () => writeSystemDateAndTime(context.deviceNowMs(), context.localTimeAheadMs),
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
        const services = [service, ...context.services]
        return xml`
          <tds:GetServicesResponse>
            ${services.map((each) => writeService(each, context.addressOf(each, origin), withCapabilities))}
          </tds:GetServicesResponse>`
      },
    },
    GetCapabilities: {
      access: 'PRE_AUTH',
      inputs: ['Category'],
      perform: ({ input, origin }) => {
        const categories = input.all('Category').map((category) => category.text.trim())
        return writeCapabilities([service, ...context.services], (each) => context.addressOf(each, origin), categories)
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
    category: {
      name: 'Device',
      isExtension: false,
      write: (address) => xml`<tt:Device><tt:XAddr>${address}</tt:XAddr></tt:Device>`,
    },
    version: VERSION,
    capabilities,
    operations,
  }
  return service
}

function writeService(service: Service, address: string, withCapabilities: boolean): Xml {
  return xml`
    <tds:Service>
      <tds:Namespace>${service.namespace}</tds:Namespace>
      <tds:XAddr>${address}</tds:XAddr>
      ${withCapabilities ? xml`<tds:Capabilities>${service.capabilities}</tds:Capabilities>` : undefined}
      <tds:Version><tt:Major>${service.version.major}</tt:Major><tt:Minor>${service.version.minor}</tt:Minor></tds:Version>
    </tds:Service>`
}

/** GetCapabilities is older than GetServices: later services have no category to ask for and stand in the extension of 'All'. */
function writeCapabilities(
  services: readonly Service[],
  addressOfService: (service: Service) => string,
  categories: readonly string[],
): Xml {
  const direct = services.filter(({ category }) => !category.isExtension)
  const later = services.filter(({ category }) => category.isExtension)
  const unsupported = categories.find(
    (name) => name !== 'All' && !direct.some(({ category }) => category.name === name),
  )
  if (unsupported !== undefined) {
    throw actionNotSupported(`this device has no service of the category '${unsupported}'`, 'ter:NoSuchService')
  }
  const wantsAll = categories.length === 0 || categories.includes('All')
  const wanted = direct.filter(({ category }) => wantsAll || categories.includes(category.name))
  const write = (service: Service): Xml => service.category.write(addressOfService(service))
  const extension = wantsAll && later.length > 0 ? xml`<tt:Extension>${later.map(write)}</tt:Extension>` : undefined
  return xml`
    <tds:GetCapabilitiesResponse>
      <tds:Capabilities>${wanted.map(write)}${extension}</tds:Capabilities>
    </tds:GetCapabilitiesResponse>`
}

const HOUR_MS = 3600 * 1000

/** The time zone of POSIX counts its offset to the west: `UTC-8` is 8 hours ahead of UTC. */
function writeSystemDateAndTime(nowMs: number, localTimeAheadMs: number): Xml {
  const hoursAhead = localTimeAheadMs / HOUR_MS
  return xml`
    <tds:GetSystemDateAndTimeResponse>
      <tds:SystemDateAndTime>
        <tt:DateTimeType>Manual</tt:DateTimeType>
        <tt:DaylightSavings>false</tt:DaylightSavings>
        <tt:TimeZone><tt:TZ>UTC${hoursAhead === 0 ? 0 : -hoursAhead}</tt:TZ></tt:TimeZone>
        <tt:UTCDateTime>${writeClockFace(nowMs)}</tt:UTCDateTime>
        <tt:LocalDateTime>${writeClockFace(nowMs + localTimeAheadMs)}</tt:LocalDateTime>
      </tds:SystemDateAndTime>
    </tds:GetSystemDateAndTimeResponse>`
}

function writeClockFace(atMs: number): Xml {
  const moment = new Date(atMs)
  return xml`
    <tt:Time>
      <tt:Hour>${moment.getUTCHours()}</tt:Hour>
      <tt:Minute>${moment.getUTCMinutes()}</tt:Minute>
      <tt:Second>${moment.getUTCSeconds()}</tt:Second>
    </tt:Time>
    <tt:Date>
      <tt:Year>${moment.getUTCFullYear()}</tt:Year>
      <tt:Month>${moment.getUTCMonth() + 1}</tt:Month>
      <tt:Day>${moment.getUTCDate()}</tt:Day>
    </tt:Date>`
}

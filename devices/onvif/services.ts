import { Namespace } from './namespaces.js'
import { childOf, childrenOf, textOf, type XmlElement } from './xml-element.js'

/** A service that a device offers. */
export interface Service {
  /** For people: `search`, `media2`; the namespace where we know no name. */
  readonly name: string
  /** As the device tells it; empty where it tells none. It may name a host that only the device's own network knows. */
  readonly address: string
}

/** The name of the service that lists recordings. */
export const SEARCH_SERVICE = 'search'

/** The name of the service that tells where recordings are played. */
export const REPLAY_SERVICE = 'replay'

/** Names by namespace, as ONVIF's own documents call the services; a version where two live side by side. */
const NAMES: Readonly<Record<string, string>> = {
  [Namespace.device]: 'device',
  [Namespace.search]: SEARCH_SERVICE,
  'http://www.onvif.org/ver10/media/wsdl': 'media',
  'http://www.onvif.org/ver20/media/wsdl': 'media2',
  'http://www.onvif.org/ver10/events/wsdl': 'events',
  'http://www.onvif.org/ver20/ptz/wsdl': 'ptz',
  'http://www.onvif.org/ver20/imaging/wsdl': 'imaging',
  'http://www.onvif.org/ver20/analytics/wsdl': 'analytics',
  'http://www.onvif.org/ver10/deviceIO/wsdl': 'deviceio',
  'http://www.onvif.org/ver10/recording/wsdl': 'recording',
  [Namespace.replay]: REPLAY_SERVICE,
  'http://www.onvif.org/ver10/receiver/wsdl': 'receiver',
  'http://www.onvif.org/ver10/display/wsdl': 'display',
}

/** Read a GetServicesResponse. */
export function readServices(answer: XmlElement): readonly Service[] {
  return childrenOf(answer, Namespace.device, 'Service').map((service) => {
    const namespace = textOf(service, Namespace.device, 'Namespace')
    return { name: NAMES[namespace] ?? namespace, address: textOf(service, Namespace.device, 'XAddr') }
  })
}

/** Read a GetCapabilitiesResponse: what older devices answer instead, some services in it directly, others in an extension. */
export function readCapabilities(answer: XmlElement): readonly Service[] {
  const capabilities = childOf(answer, Namespace.device, 'Capabilities')
  const services: Service[] = []
  const collect = (element: XmlElement): void => {
    const address = textOf(element, Namespace.schema, 'XAddr')
    if (address !== '') services.push({ name: element.name.toLowerCase(), address })
    element.children.forEach(collect)
  }
  capabilities?.children.forEach(collect)
  return services
}

/**
 * Where to ask a service, given where we reached the device.
 *
 * The scheme, the host and the port stay those that reached it: behind address translation a device tells an address of its own network, some tell one
 * they had long ago, and a device must not be able to send our questions to a third party. Path and query are the service's own.
 *
 * @param address - as the device tells it; may be relative
 * @returns `undefined` when that is no address
 */
export function relocate(address: string, reachedAt: URL): URL | undefined {
  if (address === '' || !URL.canParse(address, reachedAt.href)) return undefined
  const told = new URL(address, reachedAt)
  const relocated = new URL(reachedAt)
  relocated.pathname = told.pathname
  relocated.search = told.search
  return relocated
}

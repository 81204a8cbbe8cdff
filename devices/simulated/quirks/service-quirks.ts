import { liveServices } from '../services/live-services.js'
import { addressOf, type AddressOf, type Operation, type Service } from '../services/service.js'
import { actionNotSupported, invalidFilter } from '../soap/fault.js'
import { chosenFrom, type QuirkSet } from './quirk-set.js'
import type { QuirkName } from './quirks.js'

/** Offers other services, or the same ones elsewhere or otherwise; the device service is not among them. */
type ServicesQuirk = (services: readonly Service[]) => readonly Service[]

/** Tells other addresses than those at which the services answer. */
type AddressQuirk = (address: URL) => void

/** A network of documentation (RFC 5737): nobody is there. */
const OTHER_HOST = '192.0.2.64'
/** The discard service, which no machine offers any more. */
const OTHER_PORT = '9'

const SERVICES_QUIRKS: Readonly<Partial<Record<QuirkName, ServicesQuirk>>> = {
  'end-search-refused': (services) =>
    withOperation(services, 'EndSearch', (operation) => ({
      ...operation,
      perform: () => {
        throw actionNotSupported('EndSearch is not implemented')
      },
    })),
  'filters-refused': (services) =>
    ['FindRecordings', 'FindEvents'].reduce(
      (refusing, name) => withOperation(refusing, name, refusingFilters),
      services,
    ),
  'xaddr-other-path': (services) =>
    services.map((service) => ({ ...service, path: service.path.replace('/onvif/', '/cgi-bin/onvif2/') })),
  'xaddr-query': (services) => services.map((service) => ({ ...service, query: 'channel=1&profile=search' })),
  'no-search': liveServices,
}

const ADDRESS_QUIRKS: Readonly<Partial<Record<QuirkName, AddressQuirk>>> = {
  'xaddr-other-host': (address) => {
    address.hostname = OTHER_HOST
  },
  'xaddr-other-port': (address) => {
    address.port = OTHER_PORT
  },
}

/** The services of a recorder with these quirks, given those of one without any. */
export function withServiceQuirks(services: readonly Service[], quirks: QuirkSet): readonly Service[] {
  return chosenFrom(SERVICES_QUIRKS, quirks).reduce((offered, quirk) => quirk(offered), services)
}

/** Where a recorder with these quirks says that its services are. */
export function addressesOf(quirks: QuirkSet): AddressOf {
  const chosen = chosenFrom(ADDRESS_QUIRKS, quirks)
  return (service, origin) => {
    const address = new URL(addressOf(service, origin))
    for (const quirk of chosen) quirk(address)
    return address.href
  }
}

function withOperation(
  services: readonly Service[],
  name: string,
  change: (operation: Operation) => Operation,
): readonly Service[] {
  return services.map((service) => {
    const operations = [...service.operations].map(
      ([each, operation]) => [each, each === name ? change(operation) : operation] as const,
    )
    return { ...service, operations: new Map(operations) }
  })
}

function refusingFilters(operation: Operation): Operation {
  return {
    ...operation,
    perform: (request) => {
      const { input } = request
      if (input.required('Scope').children.length > 0) throw invalidFilter('this device searches everything')
      if (input.optional('EndPoint') !== undefined) throw invalidFilter('this device searches to the end')
      if ((input.optional('SearchFilter')?.children.length ?? 0) > 0) throw invalidFilter('this device has no filters')
      return operation.perform(request)
    },
  }
}

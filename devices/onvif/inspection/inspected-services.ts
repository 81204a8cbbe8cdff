import { Namespace } from '../namespaces.js'
import { readServices } from '../services.js'
import { childOf, childrenOf, textOf, type XmlElement } from '../xml-element.js'
import type { InspectedService } from './inspection.js'

/** Read a GetServicesResponse, versions included. */
export function readInspectedServices(answer: XmlElement): readonly InspectedService[] {
  const services = readServices(answer)
  return childrenOf(answer, Namespace.device, 'Service').map((element, index) => {
    const version = childOf(element, Namespace.device, 'Version')
    const parts = ['Major', 'Minor'].map((name) => textOf(version, Namespace.schema, name))
    return { ...services[index]!, version: parts.filter((part) => part !== '').join('.') } // one for each, in order
  })
}

import { malformed, SoapFault } from './fault.js'
import { NAMESPACE } from './namespaces.js'
import { parseXml, type XmlElement } from './xml-reader.js'
import { xml, type Xml } from './xml-writer.js'

/** A request message, taken apart. */
export interface SoapRequest {
  readonly header: XmlElement | undefined
  /** The one element in the body: names the operation and holds its arguments. */
  readonly operation: XmlElement
}

/** Header blocks that this device understands, or may ignore as WS-Addressing's are when replies go back on the same connection. */
const UNDERSTOOD_NAMESPACES: readonly string[] = [NAMESPACE.wsse, NAMESPACE.wsa]

/** Written on every envelope, so that no part of a message declares a prefix again. */
const WRITTEN_PREFIXES = ['env', 'ter', 'tt', 'tds', 'tse', 'trp', 'tns1', 'wsnt'] as const

/** What comes before and after the body of every message that the device sends. */
export const ENVELOPE_START = `<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope${WRITTEN_PREFIXES.map(
  (prefix) => ` xmlns:${prefix}="${NAMESPACE[prefix]}"`,
).join('')}><env:Body>`
export const ENVELOPE_END = '</env:Body></env:Envelope>'

/**
 * Read a SOAP 1.2 request.
 *
 * @throws {@link SoapFault} `env:VersionMismatch` for another SOAP version, `env:MustUnderstand` for a header block that has to be understood and is
 *   not, `ter:WellFormed` for everything else that is no request
 */
export function readEnvelope(octets: Uint8Array): SoapRequest {
  const root = parseXml(octets)
  if (root.name !== 'Envelope') throw malformed(`expected an Envelope, got '${root.name}'`)
  if (root.namespace !== NAMESPACE.env) {
    throw new SoapFault(['env:VersionMismatch'], `expected SOAP 1.2, ${NAMESPACE.env}, got '${root.namespace}'`)
  }
  const header = root.child(NAMESPACE.env, 'Header')
  for (const block of header?.children ?? []) {
    const isMandatory = ['1', 'true'].includes(block.attribute('mustUnderstand', NAMESPACE.env) ?? '')
    if (isMandatory && !UNDERSTOOD_NAMESPACES.includes(block.namespace)) {
      throw new SoapFault(['env:MustUnderstand'], `header block '${block.name}' is not understood`)
    }
  }
  const [operation, ...others] = root.child(NAMESPACE.env, 'Body')?.children ?? []
  if (operation === undefined || others.length > 0) throw malformed('expected a Body with exactly one element')
  return { header, operation }
}

/** Write a fault as the content of a body. */
export function writeFault({ codes: [code, ...subcodes], message }: SoapFault): Xml {
  const nested = subcodes.reduceRight<Xml | undefined>(
    (inner, subcode) => xml`<env:Subcode><env:Value>${subcode}</env:Value>${inner}</env:Subcode>`,
    undefined,
  )
  return xml`
    <env:Fault>
      <env:Code><env:Value>${code}</env:Value>${nested}</env:Code>
      <env:Reason><env:Text xml:lang="en">${message}</env:Text></env:Reason>
    </env:Fault>`
}

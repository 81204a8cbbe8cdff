import { randomUUID } from 'node:crypto'
import { NAMESPACE } from './soap/namespaces.js'
import { parseXml, type XmlElement } from './soap/xml-reader.js'
import { xml } from './soap/xml-writer.js'

/** What a device tells of itself in discovery. */
export interface DiscoveryDescription {
  /** `urn:uuid:…`; the same for as long as the device lives. */
  readonly endpointReference: string
  readonly scopes: readonly string[]
  /** Addresses of the device service. */
  readonly xaddrs: readonly string[]
}

/** A WS-Discovery Probe, taken apart. */
export interface Probe {
  /** The same in every repetition of one probe. */
  readonly messageId: string
  /** `namespace#name`; all of them are asked for. Empty: devices of every type. */
  readonly types: readonly string[]
  readonly scopes: readonly string[]
  /** The rule by which scopes are compared. */
  readonly matchBy: string
}

const ADDRESSING = 'http://schemas.xmlsoap.org/ws/2004/08/addressing'
const DISCOVERY = 'http://schemas.xmlsoap.org/ws/2005/04/discovery'
const NETWORK = 'http://www.onvif.org/ver10/network/wsdl'

const OWN_TYPES: readonly string[] = [`${NETWORK}#NetworkVideoTransmitter`, `${NAMESPACE.tds}#Device`]

const RULE_RFC3986 = `${DISCOVERY}/rfc3986`
const RULE_STRCMP0 = `${DISCOVERY}/strcmp0`

/**
 * Read a Probe.
 *
 * @param octets - one datagram
 * @returns `undefined` for any other message: who multicasts hears much that is not for him, and answers none of it
 * @see WS-Discovery (April 2005), section 5.2
 */
export function readProbe(octets: Uint8Array): Probe | undefined {
  let root: XmlElement
  try {
    root = parseXml(octets)
  } catch {
    return undefined
  }
  const header = root.is(NAMESPACE.env, 'Envelope') ? root.child(NAMESPACE.env, 'Header') : undefined
  const probe = root.child(NAMESPACE.env, 'Body')?.child(DISCOVERY, 'Probe')
  const messageId = header?.child(ADDRESSING, 'MessageID')?.text.trim() ?? ''
  if (header?.child(ADDRESSING, 'Action')?.text.trim() !== `${DISCOVERY}/Probe`) return undefined
  if (probe === undefined || messageId === '') return undefined
  const types = probe.child(DISCOVERY, 'Types')
  const scopes = probe.child(DISCOVERY, 'Scopes')
  return {
    messageId,
    types: wordsOf(types).map((name) => qualify(name, types)),
    scopes: wordsOf(scopes),
    matchBy: scopes?.attribute('MatchBy') ?? RULE_RFC3986,
  }
}

/** Whether a probe asks for a device with those scopes; a rule that is not known matches nothing. */
export function matchesProbe({ types, scopes, matchBy }: Probe, { scopes: own }: DiscoveryDescription): boolean {
  if (!types.every((type) => OWN_TYPES.includes(type))) return false
  if (scopes.length === 0) return true
  if (matchBy !== RULE_RFC3986 && matchBy !== RULE_STRCMP0) return false
  const isMatch = matchBy === RULE_STRCMP0 ? (wanted: string, told: string) => wanted === told : isPathPrefix
  return scopes.every((wanted) => own.some((told) => isMatch(wanted, told)))
}

/**
 * Write the ProbeMatches message that answers a probe.
 *
 * @param instance - `id` grows with every start of the device; `message` counts what it has sent since, from 1
 */
export function writeProbeMatches(
  { messageId }: Probe,
  { endpointReference, scopes, xaddrs }: DiscoveryDescription,
  instance: { readonly id: number; readonly message: number },
): string {
  return xml`
    <env:Envelope xmlns:env="${NAMESPACE.env}" xmlns:wsa="${ADDRESSING}" xmlns:d="${DISCOVERY}" xmlns:dn="${NETWORK}" xmlns:tds="${NAMESPACE.tds}">
      <env:Header>
        <wsa:MessageID>urn:uuid:${randomUUID()}</wsa:MessageID>
        <wsa:RelatesTo>${messageId}</wsa:RelatesTo>
        <wsa:To>${ADDRESSING}/role/anonymous</wsa:To>
        <wsa:Action>${DISCOVERY}/ProbeMatches</wsa:Action>
        <d:AppSequence InstanceId="${instance.id}" MessageNumber="${instance.message}"/>
      </env:Header>
      <env:Body>
        <d:ProbeMatches>
          <d:ProbeMatch>
            <wsa:EndpointReference><wsa:Address>${endpointReference}</wsa:Address></wsa:EndpointReference>
            <d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>
            <d:Scopes>${scopes.join(' ')}</d:Scopes>
            <d:XAddrs>${xaddrs.join(' ')}</d:XAddrs>
            <d:MetadataVersion>1</d:MetadataVersion>
          </d:ProbeMatch>
        </d:ProbeMatches>
      </env:Body>
    </env:Envelope>`.text
}

function wordsOf(element: XmlElement | undefined): readonly string[] {
  return element?.text.split(/\s+/).filter((word) => word !== '') ?? []
}

function qualify(name: string, element: XmlElement | undefined): string {
  const colon = name.indexOf(':')
  const namespace = element?.resolvePrefix(colon < 0 ? '' : name.slice(0, colon)) ?? ''
  return `${namespace}#${name.slice(colon + 1)}`
}

/** Whole steps of the path, and scheme and host in either case (RFC 3986 rule, WS-Discovery section 5.1). */
function isPathPrefix(wanted: string, told: string): boolean {
  const [first, second] = [partsOf(wanted), partsOf(told)]
  return first.authority === second.authority && first.steps.every((step, index) => step === second.steps[index])
}

function partsOf(scope: string): { readonly authority: string; readonly steps: readonly string[] } {
  const [, authority = '', path = ''] = /^([^:]+:\/\/[^/]*)(.*)$/.exec(scope) ?? []
  return { authority: authority.toLowerCase(), steps: path.split('/').filter((step) => step !== '') }
}

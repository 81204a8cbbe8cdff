import { Namespace } from '../namespaces.js'
import { childOf, childrenOf, readXml, textOf, XmlError, type XmlElement } from '../xml-reader.js'
import { DiscoveryNamespace } from './probe.js'

/** One device that a reply to a probe tells of, as it tells it. */
export interface ProbeMatch {
  /** Names the device for good, mostly `urn:uuid:…`; empty where it is left out. */
  readonly endpointReference: string
  /** Local names of its types, such as `NetworkVideoTransmitter`: devices write them with prefixes that they declare nowhere. */
  readonly types: readonly string[]
  /** `onvif://www.onvif.org/…` and whatever else. */
  readonly scopes: readonly string[]
  /** Addresses of its device service; not checked to be any. */
  readonly xaddrs: readonly string[]
}

/** No UDP datagram is longer. */
const MAX_REPLY_BYTES = 65_535
/** Devices answer for themselves alone; some recorders for each of their cameras too. */
const MAX_MATCHES = 256
/** Devices tell about ten scopes, and an address for each of their networks. */
const MAX_WORDS = 128
const MAX_WORD_LENGTH = 1024

/**
 * Read one datagram that came in answer to a probe.
 *
 * Whether it relates to the probe by its RelatesTo is not looked at: devices mangle the identifier, and the port that it came to is only known to
 * those that were asked.
 *
 * @throws {@link XmlError} when it is no whole, safe ProbeMatches message within its bounds
 */
export function readProbeMatches(octets: Uint8Array): readonly ProbeMatch[] {
  const root = readXml(octets, { maxBytes: MAX_REPLY_BYTES })
  const isEnvelope =
    root.name === 'Envelope' && (root.namespace === Namespace.soap || root.namespace === Namespace.soap11)
  if (!isEnvelope) throw new XmlError(`expected a SOAP envelope, got <${root.name}>`)
  const answer = childOf(root, root.namespace, 'Body')?.children[0]
  if (answer?.name !== 'ProbeMatches' || answer.namespace !== DiscoveryNamespace.discovery)
    throw new XmlError(`expected <ProbeMatches>, got ${answer ? `<${answer.name}>` : 'an empty SOAP body'}`)
  const matches = childrenOf(answer, DiscoveryNamespace.discovery, 'ProbeMatch')
  if (matches.length > MAX_MATCHES)
    throw new XmlError(`expected at most ${MAX_MATCHES} ProbeMatch elements, got ${matches.length}`)
  return matches.map(readProbeMatch)
}

function readProbeMatch(match: XmlElement): ProbeMatch {
  const { addressing } = DiscoveryNamespace
  const endpointReference = textOf(childOf(match, addressing, 'EndpointReference'), addressing, 'Address')
  if (endpointReference.length > MAX_WORD_LENGTH)
    throw new XmlError(
      `expected an endpoint reference of at most ${MAX_WORD_LENGTH} characters, got ${endpointReference.length}`,
    )
  return {
    endpointReference,
    types: wordsOf(match, 'Types').map((type) => type.slice(type.indexOf(':') + 1)),
    scopes: wordsOf(match, 'Scopes'),
    xaddrs: wordsOf(match, 'XAddrs'),
  }
}

/** An XML list: words between white space. */
function wordsOf(match: XmlElement, name: string): readonly string[] {
  const words = textOf(match, DiscoveryNamespace.discovery, name)
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length > MAX_WORDS)
    throw new XmlError(`expected at most ${MAX_WORDS} words in ${name}, got ${words.length}`)
  if (words.some(({ length }) => length > MAX_WORD_LENGTH))
    throw new XmlError(`expected words of at most ${MAX_WORD_LENGTH} characters in ${name}, got a longer one`)
  return words
}

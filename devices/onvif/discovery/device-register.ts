import { isIPv6 } from 'node:net'
import type { ProbeMatch } from './probe-matches.js'
import { readScopes, type ScopeFacts } from './scopes.js'

/** One device that answered. */
export interface DiscoveredDevice extends ScopeFacts {
  /**
   * Where to ask its device service: the address that it answered from, with the port and path that it tells. `undefined` where that makes no URL,
   * as for an IPv6 address that only holds on one link.
   */
  readonly url: string | undefined
  /** Every address that it answered from. */
  readonly addresses: readonly string[]
  /** Mostly `urn:uuid:…`; empty where the device tells none. */
  readonly endpointReference: string
  /** Such as `NetworkVideoTransmitter`, without prefixes. */
  readonly types: readonly string[]
  readonly scopes: readonly string[]
  /** As the device tells them. */
  readonly xaddrs: readonly string[]
}

/** A network of one link rarely holds more; a flood of made-up ones stops there. */
const MAX_DEVICES = 4096

/** ONVIF fixes where the device service stands (Core specification, Entry point). */
const ENTRY_POINT = '/onvif/device_service'

interface Entry {
  readonly match: ProbeMatch
  readonly addresses: readonly string[]
  readonly urls: readonly string[]
}

/**
 * Gathers replies into devices. The same endpoint reference is the same device, and so is the same address: devices answer once for every probe,
 * network and address of theirs, and some make up another endpoint reference each time.
 */
export class DeviceRegister {
  #entries: readonly Entry[] = []

  /**
   * Take in one match of a reply.
   *
   * @param address - where the reply came from: an IP address
   * @returns whether that is a device not seen before
   */
  receive(match: ProbeMatch, address: string): boolean {
    const entry: Entry = { match, addresses: [address], urls: urlsOf(match, address) }
    const same = this.#entries.filter((known) => isSameDevice(known, entry))
    if (same.length === 0 && this.#entries.length >= MAX_DEVICES) return false
    // One reply may show that two that seemed apart are one. The place of the first stays.
    const merged = same.reduceRight((later, earlier) => merge(earlier, later), entry)
    const [first] = same
    this.#entries = first
      ? this.#entries
          .filter((known) => known === first || !same.includes(known))
          .map((known) => (known === first ? merged : known))
      : [...this.#entries, merged]
    return first === undefined
  }

  /** In the order in which they first answered. */
  get devices(): readonly DiscoveredDevice[] {
    return this.#entries.map(({ match, addresses, urls }) => ({
      url: urls[0],
      addresses,
      ...match,
      ...readScopes(match.scopes),
    }))
  }
}

function isSameDevice(a: Entry, b: Entry): boolean {
  const reference = keyOf(a.match.endpointReference)
  return (
    (reference !== '' && reference === keyOf(b.match.endpointReference)) || a.urls.some((url) => b.urls.includes(url))
  )
}

/** Devices write the same identifier with `urn:` and without, and in either case. */
function keyOf(endpointReference: string): string {
  return endpointReference.toLowerCase().replace(/^urn:/, '')
}

function merge(a: Entry, b: Entry): Entry {
  return {
    match: {
      endpointReference: a.match.endpointReference || b.match.endpointReference,
      types: union(a.match.types, b.match.types),
      scopes: union(a.match.scopes, b.match.scopes),
      xaddrs: union(a.match.xaddrs, b.match.xaddrs),
    },
    addresses: union(a.addresses, b.addresses),
    urls: union(a.urls, b.urls),
  }
}

function union<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  return [...new Set([...a, ...b])]
}

/**
 * Where to ask a device that answered from an address, best first.
 *
 * The host is always the one that answered: devices tell addresses that they had long ago, and none must be able to send our questions elsewhere. Those
 * that it tells with that host come first. A link-local IPv6 address has no place in a URL.
 */
function urlsOf({ xaddrs }: ProbeMatch, address: string): readonly string[] {
  if (/^fe[89ab]/i.test(address)) return []
  const entryPoint = new URL(`http://${isIPv6(address) ? `[${address}]` : address}${ENTRY_POINT}`)
  const told = xaddrs.filter(isHttpUrl).map((xaddr) => new URL(xaddr))
  const here = told.filter(({ hostname }) => hostname === entryPoint.hostname)
  const reachable = here.length > 0 ? here : told
  for (const url of reachable) url.hostname = entryPoint.hostname
  return reachable.length > 0
    ? union(
        [],
        reachable.map(({ href }) => href),
      )
    : [entryPoint.href]
}

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, username, password } = new URL(text)
  return /^https?:$/.test(protocol) && username === '' && password === ''
}

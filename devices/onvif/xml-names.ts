/** An element's name by namespace: every device picks prefixes of its own. */
export interface XmlName {
  /** Namespace URI; empty when it has none. */
  readonly namespace: string
  /** Local name, without a prefix. */
  readonly name: string
}

/** Attribute values by name as written, prefix included; ONVIF's own have none. */
export type XmlAttributes = Readonly<Record<string, string>>

/** The namespace declarations in force within one element. */
interface Scope {
  /** How deep that element is. */
  readonly depth: number
  readonly namespaces: ReadonlyMap<string, string>
  /** Names that were looked up already. A long list repeats a few dozen names a million times. */
  readonly names: Map<string, XmlName>
}

/** More different names than this are looked up each time, so that hostile XML fills no memory. */
const MAX_KNOWN_NAMES = 1000

const NO_NAMESPACE = new Map([
  ['', ''],
  ['xml', 'http://www.w3.org/XML/1998/namespace'],
])

/**
 * Resolves prefixed names by the namespace declarations around them, as elements are entered and left. In place of the XML parser's own resolving, which
 * makes an object of every attribute: that is a third of its time.
 *
 * @see Namespaces in XML 1.0, section 6
 */
export class NamespaceScopes {
  readonly #scopes: Scope[] = [{ depth: 0, namespaces: NO_NAMESPACE, names: new Map() }]
  #depth = 0

  /**
   * Enter an element.
   *
   * @param written - its name as written
   * @returns its name; `undefined` when its prefix was never declared
   */
  enter(written: string, attributes: XmlAttributes): XmlName | undefined {
    this.#depth++
    let declared: Map<string, string> | undefined
    for (const attribute in attributes) {
      if (!attribute.startsWith('xmlns') || (attribute.length > 5 && attribute[5] !== ':')) continue
      declared ??= new Map(this.#scope.namespaces)
      declared.set(attribute.slice(6), (attributes[attribute] ?? '').trim())
    }
    if (declared) this.#scopes.push({ depth: this.#depth, namespaces: declared, names: new Map() })
    return this.#resolve(written)
  }

  /** Leave the element that was entered last. */
  leave(): void {
    if (this.#scope.depth === this.#depth) this.#scopes.pop()
    this.#depth--
  }

  get #scope(): Scope {
    return this.#scopes.at(-1)! // the outermost one is never left
  }

  #resolve(written: string): XmlName | undefined {
    const { namespaces, names } = this.#scope
    const known = names.get(written)
    if (known) return known
    const colon = written.indexOf(':')
    const namespace = namespaces.get(colon < 0 ? '' : written.slice(0, colon))
    if (namespace === undefined) return undefined
    const name = { namespace, name: written.slice(colon + 1) }
    if (names.size < MAX_KNOWN_NAMES) names.set(written, name)
    return name
  }
}

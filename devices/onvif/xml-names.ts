/** An element's name by namespace: every device picks prefixes of its own. */
export interface XmlName {
  /** Namespace URI; empty when it has none. */
  readonly namespace: string
  /** Local name, without a prefix. */
  readonly name: string
}

/** Attribute values by name as written, prefix included; ONVIF's own have none. */
export type XmlAttributes = Readonly<Record<string, string>>

/** The namespace declarations in force within one element, to come back to when an inner one with its own is left. */
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
  readonly #outer: Scope[] = []
  #scope: Scope = { depth: 0, namespaces: NO_NAMESPACE, names: new Map() }
  #depth = 0
  #declared: Map<string, string> | undefined

  /** Take an attribute of the element that will be entered next. */
  declare(attribute: string, value: string): void {
    // By character first: almost no attribute is a declaration.
    if (attribute.charCodeAt(0) !== 120 /* x */ || !/^xmlns(:|$)/.test(attribute)) return
    this.#declared ??= new Map(this.#scope.namespaces)
    this.#declared.set(attribute.slice(6), value.trim())
  }

  /**
   * Enter an element.
   *
   * @param written - its name as written
   * @returns its name; `undefined` when its prefix was never declared
   */
  enter(written: string): XmlName | undefined {
    this.#depth++
    if (this.#declared) {
      this.#outer.push(this.#scope)
      this.#scope = { depth: this.#depth, namespaces: this.#declared, names: new Map() }
      this.#declared = undefined
    }
    return this.#scope.names.get(written) ?? this.#resolve(written)
  }

  /** Leave the element that was entered last. */
  leave(): void {
    if (this.#scope.depth === this.#depth--) this.#scope = this.#outer.pop() ?? this.#scope
  }

  #resolve(written: string): XmlName | undefined {
    const { namespaces, names } = this.#scope
    const colon = written.indexOf(':')
    const namespace = namespaces.get(colon < 0 ? '' : written.slice(0, colon))
    if (namespace === undefined) return undefined
    const name = { namespace, name: written.slice(colon + 1) }
    if (names.size < MAX_KNOWN_NAMES) names.set(written, name)
    return name
  }
}

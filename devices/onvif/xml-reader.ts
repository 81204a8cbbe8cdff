import { SaxesParser, type SaxesTagNS } from 'saxes'

/** One element of a reply. */
export interface XmlElement {
  /** Namespace URI; empty when it has none. */
  readonly namespace: string
  /** Local name, without a prefix. */
  readonly name: string
  /** Attribute values by local name. */
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** The character data directly inside, as sent; white space between children included. */
  readonly text: string
}

/** How an {@link XmlReader} reads. */
export interface XmlReaderOptions {
  /** Most octets that the document may have; at least 1. */
  readonly maxBytes: number
  /**
   * Called with every element when it is complete. True: the caller has taken it, and it does not become a child of its parent, so that a long
   * list never stands in memory as a tree.
   */
  readonly take?: ((element: XmlElement, parentName: string) => boolean) | undefined
}

/** A reply that is not one whole, safe XML document. The message says what was expected and what came, without a subject. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
}

/** ONVIF's own messages are about 12 deep; vendors' extensions add a few. */
const MAX_DEPTH = 64

/** Shared by all elements without any, which are almost all of a long list. */
const NO_ATTRIBUTES: Record<string, string> = Object.freeze({})

interface OpenElement extends XmlElement {
  readonly children: XmlElement[]
  text: string
}

/**
 * Reads one XML document as its octets arrive.
 *
 * Refused, because a hostile or broken device sends them: a document type declaration (entity bombs hide there), nesting beyond 64, NUL octets,
 * octets that are not UTF-8, a document over its size, an end before the root element is closed, anything after it.
 */
export class XmlReader {
  readonly #options: XmlReaderOptions
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  readonly #parser = new SaxesParser({ xmlns: true, position: false })
  readonly #open: OpenElement[] = []
  #root: XmlElement | undefined
  #byteCount = 0

  constructor(options: XmlReaderOptions) {
    this.#options = options
    this.#parser.on('error', (error) => {
      const fault = error.message.replace(/\.$/, '')
      throw new XmlError(`expected well-formed XML, got within the first ${this.#byteCount} octets: ${fault}`)
    })
    this.#parser.on('doctype', () => {
      throw new XmlError('expected XML without a document type declaration, got one')
    })
    this.#parser.on('opentag', (tag) => this.#openElement(tag))
    this.#parser.on('text', (text) => this.#addText(text))
    this.#parser.on('cdata', (text) => this.#addText(text))
    this.#parser.on('closetag', () => this.#closeElement())
  }

  /**
   * Read the next octets.
   *
   * @throws {@link XmlError} when they break the document; the reader is then of no more use
   */
  write(octets: Uint8Array): void {
    this.#byteCount += octets.length
    if (this.#byteCount > this.#options.maxBytes) {
      throw new XmlError(`expected at most ${this.#options.maxBytes} octets, got more`)
    }
    if (octets.includes(0))
      throw new XmlError(`expected text, got a NUL octet within the first ${this.#byteCount} octets`)
    this.#parser.write(this.#decode(octets))
  }

  /**
   * The document is over.
   *
   * @returns its root element
   * @throws {@link XmlError} when the document was not complete
   */
  end(): XmlElement {
    if (this.#byteCount === 0) throw new XmlError('expected XML, got nothing')
    this.#parser.write(this.#decode())
    const unclosed = this.#open.at(-1)
    if (unclosed)
      throw new XmlError(
        `expected the end of <${unclosed.name}>, got the end of the reply after ${this.#byteCount} octets`,
      )
    this.#parser.close()
    if (!this.#root) throw new XmlError(`expected an XML element, got none in ${this.#byteCount} octets`)
    return this.#root
  }

  #decode(octets?: Uint8Array): string {
    try {
      return octets ? this.#decoder.decode(octets, { stream: true }) : this.#decoder.decode()
    } catch {
      throw new XmlError(`expected UTF-8, got something else within the first ${this.#byteCount} octets`)
    }
  }

  #openElement(tag: SaxesTagNS): void {
    if (this.#open.length >= MAX_DEPTH) throw new XmlError(`expected elements at most ${MAX_DEPTH} deep, got deeper`)
    let attributes = NO_ATTRIBUTES
    for (const key in tag.attributes) {
      const { prefix, name, local, value } = tag.attributes[key]!
      // A namespace declaration says nothing that the tag's own `uri` does not.
      if (prefix === 'xmlns' || name === 'xmlns') continue
      if (attributes === NO_ATTRIBUTES) attributes = {}
      attributes[local] = value
    }
    this.#open.push({ namespace: tag.uri, name: tag.local, attributes, children: [], text: '' })
  }

  #addText(text: string): void {
    const element = this.#open.at(-1)
    if (element) element.text += text
  }

  #closeElement(): void {
    const element = this.#open.pop()
    if (!element) return
    const parent = this.#open.at(-1)
    if (!parent) this.#root = element
    else if (this.#options.take?.(element, parent.name) !== true) parent.children.push(element)
  }
}

/** Read a whole document that is already here; as {@link XmlReader} does. */
export function readXml(octets: Uint8Array, options: XmlReaderOptions): XmlElement {
  const reader = new XmlReader(options)
  reader.write(octets)
  return reader.end()
}

/** The first child of that name; `undefined` when there is none. */
export function childOf(element: XmlElement | undefined, namespace: string, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name && child.namespace === namespace)
}

/** The children of that name, in document order. */
export function childrenOf(element: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  return element.children.filter((child) => child.name === name && child.namespace === namespace)
}

/** The trimmed text of the first child of that name; empty when there is none, as devices leave elements out or leave them empty. */
export function textOf(element: XmlElement | undefined, namespace: string, name: string): string {
  return childOf(element, namespace, name)?.text.trim() ?? ''
}

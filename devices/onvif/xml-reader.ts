import { isAscii } from 'node:buffer'
import { SaxesParser } from 'saxes'
import { TreeBuilder, type XmlElement, type XmlHandler } from './xml-element.js'
import { XmlError } from './xml-error.js'
import { NamespaceScopes, type XmlAttributes, type XmlName } from './xml-names.js'

export { childOf, childrenOf, textOf, type XmlElement, type XmlHandler } from './xml-element.js'
export { XmlError } from './xml-error.js'

/** How an {@link XmlReader} reads. */
export interface XmlReaderOptions {
  /** Most octets that the document may have; at least 1. */
  readonly maxBytes: number
  /**
   * Asked for every element that nobody follows yet. Whoever it returns follows that element to its end, and it does not become part of the document's
   * tree: so a long list never stands in memory.
   */
  readonly handlerOf?: ((name: XmlName, parent: XmlName | undefined) => XmlHandler | undefined) | undefined
}

/** ONVIF's own messages are about 12 deep; vendors' extensions add a few. */
const MAX_DEPTH = 64

/** Octets without the end of a tag, which the parser has to keep: no text, attribute or comment of a device is near as long. */
const MAX_SILENT_BYTES = 256 * 1024

/**
 * Reads one XML document as its octets arrive. What it keeps is bounded whatever the document's length, and as small as what its handlers keep.
 *
 * Refused, because a hostile or broken device sends them: a document type declaration (entity bombs hide there), nesting beyond 64, NUL octets,
 * octets that are not UTF-8, a document over its size, one text without end, an end before the root element is closed, anything after it.
 */
export class XmlReader {
  readonly #options: XmlReaderOptions
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  readonly #parser = new SaxesParser({ xmlns: false, position: false } as const)
  readonly #scopes = new NamespaceScopes()
  /** Names of the elements that are open, outermost first. */
  readonly #open: XmlName[] = []
  readonly #tree = new TreeBuilder((root) => (this.#root = root))
  #root: XmlElement | undefined
  /** Who follows a part of the document, and how deep that part begins. */
  #handler: XmlHandler | undefined
  #handlerDepth = 0
  #text = ''
  #byteCount = 0
  #lastTagAtByte = 0
  #isAscii = true

  constructor(options: XmlReaderOptions) {
    this.#options = options
    this.#parser.on('error', (error) => {
      const fault = error.message.replace(/\.$/, '')
      throw new XmlError(`expected well-formed XML, got within the first ${this.#byteCount} octets: ${fault}`)
    })
    this.#parser.on('doctype', () => {
      throw new XmlError('expected XML without a document type declaration, got one')
    })
    this.#parser.on('attribute', ({ name, value }) => this.#scopes.declare(name, value))
    this.#parser.on('opentag', ({ name, attributes }) => this.#openElement(name, attributes))
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
    const nulAt = octets.indexOf(0)
    if (nulAt >= 0) {
      throw new XmlError(`expected text, got a NUL octet after ${this.#byteCount - octets.length + nulAt} others`)
    }
    this.#parser.write(this.#decode(octets))
    if (this.#byteCount - this.#lastTagAtByte > MAX_SILENT_BYTES) {
      throw new XmlError(`expected a tag within ${MAX_SILENT_BYTES} octets, got none`)
    }
  }

  /**
   * The document is over.
   *
   * @returns its root element
   * @throws {@link XmlError} when the document was not complete
   */
  end(): XmlElement {
    if (this.#byteCount === 0) throw new XmlError('expected XML, got nothing')
    if (!this.#isAscii) this.#parser.write(this.#decodeRest())
    const unclosed = this.#open.at(-1)
    if (unclosed)
      throw new XmlError(
        `expected the end of <${unclosed.name}>, got the end of the reply after ${this.#byteCount} octets`,
      )
    this.#parser.close()
    if (!this.#root) throw new XmlError(`expected an XML element, got none in ${this.#byteCount} octets`)
    return this.#root
  }

  #decode(octets: Uint8Array): string {
    // Almost every reply is ASCII to its end, and that is text as it stands. From the first other octet on, the decoder may hold half a character.
    if (this.#isAscii && isAscii(octets)) {
      return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1')
    }
    this.#isAscii = false
    try {
      return this.#decoder.decode(octets, { stream: true })
    } catch {
      throw this.#notUtf8()
    }
  }

  #decodeRest(): string {
    try {
      return this.#decoder.decode()
    } catch {
      throw this.#notUtf8()
    }
  }

  #notUtf8(): XmlError {
    return new XmlError(`expected UTF-8, got something else within the first ${this.#byteCount} octets`)
  }

  #addText(text: string): void {
    this.#text = this.#text === '' ? text : this.#text + text
  }

  #openElement(written: string, attributes: XmlAttributes): void {
    const depth = this.#open.length
    if (depth >= MAX_DEPTH) throw new XmlError(`expected elements at most ${MAX_DEPTH} deep, got deeper`)
    const name = this.#scopes.enter(written)
    if (!name) throw new XmlError(`expected well-formed XML, got <${written}> without a declaration of its prefix`)
    if (!this.#handler) {
      this.#handler = this.#options.handlerOf?.(name, this.#open[depth - 1])
      this.#handlerDepth = depth
    }
    this.#open.push(name)
    this.#text = ''
    this.#lastTagAtByte = this.#byteCount
    if (this.#handler) this.#handler.open(name, attributes, depth - this.#handlerDepth)
    else this.#tree.open(name, attributes)
  }

  #closeElement(): void {
    const name = this.#open.pop()
    if (!name) return
    this.#scopes.leave()
    const text = this.#text
    this.#text = ''
    this.#lastTagAtByte = this.#byteCount
    if (!this.#handler) {
      this.#tree.close(name, text)
      return
    }
    const depth = this.#open.length - this.#handlerDepth
    this.#handler.close(name, text, depth)
    if (depth === 0) this.#handler = undefined
  }
}

/** Read a whole document that is already here; as {@link XmlReader} does. */
export function readXml(octets: Uint8Array, options: XmlReaderOptions): XmlElement {
  const reader = new XmlReader(options)
  reader.write(octets)
  return reader.end()
}

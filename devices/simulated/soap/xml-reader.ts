import { SaxesParser, type SaxesTagNS } from 'saxes'
import { malformed } from './fault.js'

/** No ONVIF request nests deeper than about ten elements. */
const MAX_DEPTH = 32

/** One element of a request. */
export class XmlElement {
  readonly namespace: string
  /** Without prefix. */
  readonly name: string
  readonly children: XmlElement[] = []
  /** Character data directly inside, as it stands. */
  text = ''
  readonly #tag: SaxesTagNS
  readonly #parent: XmlElement | undefined

  constructor(tag: SaxesTagNS, parent: XmlElement | undefined) {
    this.namespace = tag.uri
    this.name = tag.local
    this.#tag = tag
    this.#parent = parent
  }

  is(namespace: string, name: string): boolean {
    return this.namespace === namespace && this.name === name
  }

  /** The first child of that name. */
  child(namespace: string, name: string): XmlElement | undefined {
    return this.children.find((child) => child.is(namespace, name))
  }

  /** The value of an attribute; `namespace` is empty for one without prefix. */
  attribute(name: string, namespace = ''): string | undefined {
    return Object.values(this.#tag.attributes).find((each) => each.local === name && each.uri === namespace)?.value
  }

  /** The namespace that a prefix stands for in this element's text, '' being the default; `undefined` where it stands for none. */
  resolvePrefix(prefix: string): string | undefined {
    return Object.hasOwn(this.#tag.ns, prefix) ? this.#tag.ns[prefix] : this.#parent?.resolvePrefix(prefix)
  }
}

/**
 * Parse one XML document into elements.
 *
 * @param octets - UTF-8; its length is the caller's to bound
 * @throws {@link SoapFault} `ter:WellFormed` when it is not well-formed XML in UTF-8, has a DTD (which SOAP forbids, and entity bombs need) or nests
 *   too deep
 */
export function parseXml(octets: Uint8Array): XmlElement {
  let root: XmlElement | undefined
  const open: XmlElement[] = []
  const parser = new SaxesParser({ xmlns: true, position: true })
  parser.on('error', (error) => {
    throw malformed(`not well-formed: ${error.message}`)
  })
  parser.on('doctype', () => {
    throw malformed('a SOAP message has no document type declaration')
  })
  parser.on('opentag', (tag) => {
    if (open.length >= MAX_DEPTH) throw malformed(`elements nest deeper than ${MAX_DEPTH}`)
    const parent = open.at(-1)
    const element = new XmlElement(tag, parent)
    if (parent === undefined) root = element
    else parent.children.push(element)
    open.push(element)
  })
  parser.on('closetag', () => {
    open.pop()
  })
  const addText = (text: string): void => {
    const element = open.at(-1)
    if (element !== undefined) element.text += text
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.write(decodeUtf8(octets)).close()
  if (root === undefined) throw malformed('no element')
  return root
}

function decodeUtf8(octets: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets)
  } catch {
    throw malformed('not UTF-8')
  }
}

import { XmlError } from './xml-error.js'
import type { XmlAttributes, XmlName } from './xml-names.js'

/** One element of a reply. */
export interface XmlElement extends XmlName {
  /** Attribute values by local name; namespace declarations left out. */
  readonly attributes: XmlAttributes
  readonly children: readonly XmlElement[]
  /** The character data directly inside, after the last child; of an element without children, all of it. */
  readonly text: string
}

/** Follows the elements of one part of a document as they arrive. */
export interface XmlHandler {
  /**
   * An element begins.
   *
   * @param depth - 0 for the outermost element of the part
   */
  open(name: XmlName, attributes: XmlAttributes, depth: number): void
  /**
   * An element ends.
   *
   * @param text - the character data directly inside, after its last child
   */
  close(name: XmlName, text: string, depth: number): void
}

/** Elements of one tree. Long lists are not read as trees; what is, has a few hundred. */
const MAX_TREE_ELEMENTS = 20_000

/** Characters of one tree's text and attributes. */
const MAX_TREE_CHARACTERS = 2 * 1024 * 1024

/** Shared by all elements without any, which are almost all. */
const NO_ATTRIBUTES: XmlAttributes = Object.freeze({})

interface OpenElement extends XmlElement {
  readonly children: XmlElement[]
  text: string
}

/** Makes a tree of each part that it follows. */
export class TreeBuilder implements XmlHandler {
  readonly #receive: (root: XmlElement) => void
  readonly #open: OpenElement[] = []
  #elementCount = 0
  #characterCount = 0

  /** @param receive - is handed each tree when it is complete */
  constructor(receive: (root: XmlElement) => void) {
    this.#receive = receive
  }

  /** @throws {@link XmlError} when the tree becomes larger than any honest one */
  open({ namespace, name }: XmlName, written: XmlAttributes): void {
    if (++this.#elementCount > MAX_TREE_ELEMENTS) {
      throw new XmlError(`expected at most ${MAX_TREE_ELEMENTS} elements beside the results of a list, got more`)
    }
    let attributes = NO_ATTRIBUTES
    for (const key in written) {
      if (key.startsWith('xmlns')) continue
      const value = written[key] ?? ''
      this.#count(value)
      attributes = { ...attributes, [key.slice(key.indexOf(':') + 1)]: value }
    }
    this.#open.push({ namespace, name, attributes, children: [], text: '' })
  }

  close(_name: XmlName, text: string): void {
    const element = this.#open.pop()
    if (!element) return
    this.#count(text)
    element.text = text
    const parent = this.#open.at(-1)
    if (parent) {
      parent.children.push(element)
      return
    }
    this.#elementCount = 0
    this.#characterCount = 0
    this.#receive(element)
  }

  #count(text: string): void {
    this.#characterCount += text.length
    if (this.#characterCount > MAX_TREE_CHARACTERS) {
      throw new XmlError(`expected at most ${MAX_TREE_CHARACTERS} characters beside the results of a list, got more`)
    }
  }
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

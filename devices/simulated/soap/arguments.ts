import { invalidArguments, invalidValue } from './fault.js'
import { readBoolean, readDateTime, readDuration, readInt } from './values.js'
import type { XmlElement } from './xml-reader.js'

/**
 * The arguments of an operation, or the fields of one of them: child elements of one namespace whose order the schema fixes. Strict, as the devices
 * that are built on gSOAP are, so that a driver's slip shows here and not at a customer's recorder.
 */
export class Arguments {
  readonly #parent: XmlElement
  readonly #namespace: string

  /**
   * @param names - every name that may occur, in the schema's order
   * @throws {@link SoapFault} `ter:InvalidArgs` for a child that is unknown or out of order
   */
  constructor(parent: XmlElement, namespace: string, names: readonly string[]) {
    this.#parent = parent
    this.#namespace = namespace
    let reached = 0
    for (const child of parent.children) {
      const index = child.namespace === namespace ? names.indexOf(child.name) : -1
      if (index < reached) {
        const problem = index === -1 ? 'is unknown' : `comes after '${names[reached]}'`
        throw invalidArguments(`'${child.name}' in '${parent.name}' ${problem}`)
      }
      reached = index
    }
  }

  all(name: string): readonly XmlElement[] {
    return this.#parent.children.filter((child) => child.is(this.#namespace, name))
  }

  optional(name: string): XmlElement | undefined {
    const [element, ...others] = this.all(name)
    if (others.length > 0) throw invalidArguments(`'${name}' in '${this.#parent.name}' occurs more than once`)
    return element
  }

  required(name: string): XmlElement {
    const element = this.optional(name)
    if (element === undefined) throw invalidArguments(`'${name}' is missing in '${this.#parent.name}'`)
    return element
  }

  /** A token: text as it stands, never trimmed, because xs:string is not. */
  token(name: string): string {
    return this.required(name).text
  }

  boolean(name: string): boolean {
    return read(this.required(name), readBoolean, 'true or false')
  }

  /** A moment, in ms since 1970. */
  momentMs(name: string): number {
    return read(this.required(name), readDateTime, 'an xs:dateTime')
  }

  optionalMomentMs(name: string): number | undefined {
    const element = this.optional(name)
    return element && read(element, readDateTime, 'an xs:dateTime')
  }

  /** A duration of at least nothing, in ms. */
  durationMs(name: string): number {
    return read(this.required(name), readForwardDuration, 'an xs:duration of at least PT0S')
  }

  optionalDurationMs(name: string): number | undefined {
    const element = this.optional(name)
    return element && read(element, readForwardDuration, 'an xs:duration of at least PT0S')
  }

  /** A whole number of at least `least`. */
  optionalCount(name: string, least: number): number | undefined {
    const element = this.optional(name)
    const readCount = (text: string): number | undefined => {
      const value = readInt(text)
      return value !== undefined && value >= least ? value : undefined
    }
    return element && read(element, readCount, `an xs:int of at least ${least}`)
  }
}

function readForwardDuration(text: string): number | undefined {
  const durationMs = readDuration(text)
  return durationMs !== undefined && durationMs >= 0 ? durationMs : undefined
}

function read<Value>(element: XmlElement, reader: (text: string) => Value | undefined, expected: string): Value {
  const value = reader(element.text)
  if (value === undefined) {
    throw invalidValue(`'${element.name}' is '${element.text.slice(0, 64)}'; expected ${expected}`)
  }
  return value
}

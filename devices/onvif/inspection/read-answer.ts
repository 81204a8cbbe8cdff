import type { OnvifExchange } from '../onvif-exchange.js'
import { XmlError } from '../xml-error.js'
import { TreeBuilder, type XmlElement } from '../xml-element.js'
import { childOf, readXml } from '../xml-reader.js'

/** What a response says, taken apart as far as it can be. */
export interface ReadAnswer {
  /** The element in the SOAP body; a fault too. */
  readonly body: XmlElement
  /** How many elements of its ResultList are results. */
  readonly resultCount: number
  /** Whether SearchState comes behind a result, where the schema has it first. */
  readonly isStateLast: boolean
}

/** Longer than any reply that the driver reads; what it did not read to its end does not come here whole. */
const MAX_BYTES = 2 ** 30

/**
 * Read a response.
 *
 * @param onResult - called with each result of a ResultList as it is read: they are not part of the body that is returned
 * @throws {@link XmlError} when it is no SOAP message
 */
export function readAnswer(octets: Uint8Array, onResult: (result: XmlElement) => void): ReadAnswer {
  let resultCount = 0
  let isStateLast = false
  const root = readXml(octets, {
    maxBytes: MAX_BYTES,
    handlerOf: ({ name }, parent) => {
      if (parent?.name !== 'ResultList') return undefined
      if (name !== 'SearchState') {
        resultCount++
        return new TreeBuilder(onResult)
      }
      isStateLast = resultCount > 0
      return undefined
    },
  })
  const body = childOf(root, root.namespace, 'Body')?.children[0]
  if (!body) throw new XmlError(`expected a SOAP message, got <${root.name}>`)
  return { body, resultCount, isStateLast }
}

/** Codes of a SOAP fault without prefixes, outermost first; empty when it is none. */
export function faultCodesOf(body: XmlElement): readonly string[] {
  if (body.name !== 'Fault') return []
  const codes: string[] = []
  const collect = (element: XmlElement): void => {
    for (const child of element.children) {
      if (child.name === 'Value' || child.name === 'faultcode') codes.push(child.text.trim().replace(/^.*:/, ''))
      else if (child.name === 'Code' || child.name === 'Subcode') collect(child)
    }
  }
  collect(body)
  return codes.length > 0 ? codes : ['without a code']
}

/** Whether a fault, or the HTTP status, says that we may not. */
export function isRefusal({ status }: OnvifExchange, codes: readonly string[]): boolean {
  return status === 401 || codes.some((code) => code === 'NotAuthorized' || code === 'FailedAuthentication')
}

/** The text of the first element of that name in a request that we wrote ourselves; empty when there is none. */
export function requestText({ requestXml }: OnvifExchange, name: string): string {
  return new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]*)?>([^<]*)<`).exec(requestXml)?.[1] ?? ''
}

/** One response header; several of the same name are joined. */
export function headerOf({ headers }: OnvifExchange, name: string): string {
  const value = headers[name]
  return [value ?? []].flat().join(', ')
}

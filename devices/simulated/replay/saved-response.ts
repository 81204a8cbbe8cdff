import { open } from 'node:fs/promises'
import { SaxesParser } from 'saxes'
import { NAMESPACE } from '../soap/namespaces.js'

/** What can be seen of a saved response without reading all of it. */
export interface ResponseHead {
  /** The operation that it answers, from its content; absent for a fault and for what cannot be read. */
  readonly operation: string | undefined
  /** The namespace of the service that answered. */
  readonly namespace: string | undefined
  /** The codes of a fault without prefixes, outermost first; empty otherwise. */
  readonly faultCodes: readonly string[]
  /** Of the search that it began. */
  readonly searchToken: string | undefined
}

/** One response of a saved device. */
export interface SavedResponse extends ResponseHead {
  /** Where its octets are. */
  readonly path: string
  /** The operation that was asked for, as its file name or else its content says. */
  readonly asked: string
  readonly status: number
  readonly contentType: string
}

/** Everything that is looked for stands in the first few kilobytes; gSOAP's namespace declarations alone are five of them. */
const HEAD_BYTES = 64 * 1024
const RESPONSE_SUFFIX = 'Response'

/** Read the beginning of a file. */
export async function readHead(path: string): Promise<ResponseHead> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    return parseHead(buffer.toString('utf8', 0, bytesRead))
  } finally {
    await file.close()
  }
}

/** Look into the beginning of a message, as far as it can be read: devices send what is no XML, and it is saved as it came. */
export function parseHead(text: string): ResponseHead {
  const path: string[] = []
  const faultCodes: string[] = []
  let answer: { readonly name: string; readonly namespace: string } | undefined
  let searchToken = ''
  const parser = new SaxesParser({ xmlns: true })
  // Whatever is wrong with it ends the look, not the saved device.
  parser.on('error', () => {})
  parser.on('opentag', ({ local, uri }) => {
    if (path.length === 2 && path[1] === 'Body') answer ??= { name: local, namespace: uri }
    path.push(local)
  })
  parser.on('closetag', () => {
    path.pop()
  })
  parser.on('text', (content) => {
    const isCode = path[3] === 'Code' ? path.at(-1) === 'Value' : path.at(-1) === 'faultcode'
    if (path[2] === 'Fault' && isCode) faultCodes.push(content.trim().replace(/^.*:/, ''))
    if (path.length === 4 && path[3] === 'SearchToken') searchToken += content
  })
  parser.write(text)
  const isFault = answer?.name === 'Fault'
  const isResponse = answer?.name.endsWith(RESPONSE_SUFFIX) === true && !isFault
  return {
    operation: isResponse ? answer?.name.slice(0, -RESPONSE_SUFFIX.length) : undefined,
    namespace: isResponse ? answer?.namespace : undefined,
    faultCodes,
    searchToken: searchToken.trim() === '' ? undefined : searchToken.trim(),
  }
}

/** Whether the device said no to who asked. */
export function isRefusal({ status, faultCodes }: SavedResponse): boolean {
  return status === 401 || faultCodes.includes('NotAuthorized')
}

/** Whether it is of that operation of that service; a response that does not tell its service may be of any. */
export function answers(response: SavedResponse, namespace: string, operation: string): boolean {
  return (
    (response.operation ?? response.asked) === operation &&
    (response.namespace === undefined || response.namespace === namespace)
  )
}

/** The search service, whose responses belong together. */
export const SEARCH_NAMESPACE = NAMESPACE.tse

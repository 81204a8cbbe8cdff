import { Namespace } from './namespaces.js'
import type { SoapRequest } from './soap-request.js'
import { childOf, textOf, type XmlElement } from './xml-element.js'
import { XmlError } from './xml-error.js'

/** A device's own words for why it does not answer. */
export class SoapFault extends Error {
  override readonly name = 'SoapFault'
  /** The code and its subcodes, outermost first, without prefixes: `['Sender', 'NotAuthorized']`. */
  readonly codes: readonly string[]

  constructor(codes: readonly string[], reason: string) {
    // A fault without a code still has to read as one.
    super(`fault ${codes.join('/') || 'without a code'}${reason === '' ? '' : ` (${reason})`}`)
    this.codes = codes
  }
}

/** Devices put stack traces and whole pages there; a message needs a line. */
const MAX_REASON_CHARACTERS = 200

/**
 * Find the answer in a SOAP message.
 *
 * @param root - the message's root element
 * @returns the element in its body, such as `FindRecordingsResponse`
 * @throws {@link SoapFault} when the device answers with a fault
 * @throws {@link XmlError} when the message holds no answer to that request
 */
export function readReply(root: XmlElement, request: SoapRequest): XmlElement {
  if (root.name !== 'Envelope' || !isSoap(root)) throw new XmlError(`expected a SOAP envelope, got <${root.name}>`)
  const body = childOf(root, root.namespace, 'Body')
  if (!body) throw new XmlError('expected a SOAP body, got none')
  const answer = body.children[0]
  if (answer && answer.name === 'Fault' && isSoap(answer)) throw readFault(answer)
  const expected = `${request.operation}Response`
  if (answer?.name !== expected || answer.namespace !== request.namespace) {
    const got = answer ? `<${answer.name}> of '${answer.namespace}'` : 'an empty SOAP body'
    throw new XmlError(`expected <${expected}> of '${request.namespace}', got ${got}`)
  }
  return answer
}

function isSoap(element: XmlElement): boolean {
  return element.namespace === Namespace.soap || element.namespace === Namespace.soap11
}

function readFault(fault: XmlElement): SoapFault {
  if (fault.namespace === Namespace.soap11) {
    // Not qualified, says SOAP 1.1.
    return new SoapFault(codesOf([textOf(fault, '', 'faultcode')]), oneLine(textOf(fault, '', 'faultstring')))
  }
  const codes: string[] = []
  for (
    let code = childOf(fault, Namespace.soap, 'Code');
    code !== undefined;
    code = childOf(code, Namespace.soap, 'Subcode')
  ) {
    codes.push(textOf(code, Namespace.soap, 'Value'))
  }
  return new SoapFault(
    codesOf(codes),
    oneLine(textOf(childOf(fault, Namespace.soap, 'Reason'), Namespace.soap, 'Text')),
  )
}

/** Devices use prefixes here that they never declare, so only the local part can be compared. */
function codesOf(names: readonly string[]): readonly string[] {
  return names.map((name) => name.slice(name.indexOf(':') + 1)).filter((name) => name !== '')
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > MAX_REASON_CHARACTERS ? `${line.slice(0, MAX_REASON_CHARACTERS)}…` : line
}

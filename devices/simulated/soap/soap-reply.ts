import type { HttpReply } from '../http-reply.js'
import { ENVELOPE_END, ENVELOPE_START } from './envelope.js'
import { Xml } from './xml-writer.js'

/** The content of a SOAP body: whole, or in pieces that are made while they are sent. */
export type ReplyBody = Xml | Iterable<Xml>

export const SOAP_TYPE = 'application/soap+xml; charset=utf-8'

/** A SOAP message as an HTTP reply. */
export function soapReply(status: number, body: ReplyBody): HttpReply {
  return {
    status,
    headers: { 'Content-Type': SOAP_TYPE },
    body: body instanceof Xml ? Buffer.from(ENVELOPE_START + body.text + ENVELOPE_END) : messagePieces(body),
  }
}

function* messagePieces(body: Iterable<Xml>): Generator<string> {
  yield ENVELOPE_START
  for (const piece of body) yield piece.text
  yield ENVELOPE_END
}

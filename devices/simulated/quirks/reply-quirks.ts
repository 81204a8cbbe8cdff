import { octetsOf, type HttpReply } from '../http-reply.js'
import { writeFault } from '../soap/envelope.js'
import { SoapFault } from '../soap/fault.js'
import { soapReply } from '../soap/soap-reply.js'
import { xml } from '../soap/xml-writer.js'
import { chosenFrom, type QuirkSet } from './quirk-set.js'
import type { QuirkName } from './quirks.js'

/** Spoils a reply. */
type ReplyQuirk = (reply: HttpReply) => HttpReply

/**
 * The operation whose replies are spoiled: the last step of a listing. Everything before it went well, so a driver has recordings and bounds at hand
 * that would make a list which looks right.
 */
export const SPOILED_OPERATION = 'GetEventSearchResults'

const HUGE_REPLY_BYTES = 100 * 1000 * 1000
const NUL_COUNT = 16

const LOGIN_PAGE =
  '<!DOCTYPE html>\n<html><head><title>Login</title></head><body><form method="post"><input name="user"><input name="password" type="password"></form></body></html>\n'

/** Each entity is ten of the one before; the ninth is 4 GB. */
const BOMB = Array.from({ length: 9 }, (_, level) => `<!ENTITY b${level + 1} "${`&b${level};`.repeat(10)}">`).join('')

/** A valid event about something else. */
const FILLER = Buffer.from(
  xml`
  <tt:Result>
    <tt:RecordingToken>Recording_00000000</tt:RecordingToken>
    <tt:TrackToken>META001</tt:TrackToken>
    <tt:Time>2026-01-01T00:00:00.000Z</tt:Time>
    <tt:Event>
      <wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">tns1:VideoSource/MotionAlarm</wsnt:Topic>
      <wsnt:Message>
        <tt:Message UtcTime="2026-01-01T00:00:00.000Z" PropertyOperation="Changed">
          <tt:Source><tt:SimpleItem Name="Source" Value="VideoSource_1"/></tt:Source>
          <tt:Data><tt:SimpleItem Name="State" Value="true"/></tt:Data>
        </tt:Message>
      </wsnt:Message>
    </tt:Event>
    <tt:StartStateEvent>false</tt:StartStateEvent>
  </tt:Result>`.text,
)

const REPLY_QUIRKS: Readonly<Partial<Record<QuirkName, ReplyQuirk>>> = {
  'fault-500': (reply) => ({ ...diskFault(), ...operationOf(reply) }),
  'fault-200': (reply) => ({ ...diskFault(), status: 200, ...operationOf(reply) }),
  'empty-body': (reply) => ({ ...reply, body: new Uint8Array(0) }),
  html: (reply) => ({ ...reply, headers: { 'Content-Type': 'text/html' }, body: Buffer.from(LOGIN_PAGE) }),
  'nul-octets': (reply) => {
    const octets = octetsOf(reply)
    const middle = Math.floor(octets.length / 2)
    return { ...reply, body: octets.fill(0, middle, middle + NUL_COUNT) }
  },
  'truncated-xml': (reply) => {
    const octets = octetsOf(reply)
    const resultEnd = octets.lastIndexOf('</tt:Result>', Math.floor((octets.length * 2) / 3))
    return {
      ...reply,
      body: octets.subarray(0, resultEnd === -1 ? Math.floor(octets.length / 2) : resultEnd + '</tt:Result>'.length),
    }
  },
  dtd: (reply) => declaring(reply, '<!DOCTYPE env:Envelope [<!ELEMENT env:Envelope ANY>]>'),
  'entity-bomb': (reply) => {
    const bombed = declaring(reply, `<!DOCTYPE env:Envelope [<!ENTITY b0 "bomb">${BOMB}]>`)
    return { ...bombed, body: replaced(octetsOf(bombed), '</tse:ResultList>', '&b9;</tse:ResultList>') }
  },
  'huge-reply': (reply) => ({ ...reply, body: padded(octetsOf(reply)) }),
}

/** A reply of a recorder with these quirks, given that of one without any. */
export function withReplyQuirks(reply: HttpReply, quirks: QuirkSet): HttpReply {
  if (reply.operation !== SPOILED_OPERATION || reply.status !== 200) return reply
  return chosenFrom(REPLY_QUIRKS, quirks).reduce((spoiled, quirk) => quirk(spoiled), reply)
}

function diskFault(): HttpReply {
  const fault = new SoapFault(['env:Receiver', 'ter:Action'], 'disk error')
  return soapReply(fault.httpStatus, writeFault(fault))
}

function operationOf({ operation }: HttpReply): Pick<HttpReply, 'operation'> {
  return operation === undefined ? {} : { operation }
}

/** With a document type declaration behind the XML declaration. */
function declaring(reply: HttpReply, declaration: string): HttpReply {
  return { ...reply, body: replaced(octetsOf(reply), '?>', `?>${declaration}`) }
}

function replaced(octets: Buffer, what: string, by: string): Buffer {
  const at = octets.indexOf(what)
  return Buffer.concat([octets.subarray(0, at), Buffer.from(by), octets.subarray(at + what.length)])
}

function* padded(octets: Buffer): Generator<Uint8Array> {
  const end = octets.indexOf('</tse:ResultList>')
  const page = Buffer.concat(Array.from({ length: 64 }, () => FILLER))
  yield octets.subarray(0, end)
  for (let length = octets.length; length < HUGE_REPLY_BYTES; length += page.length) yield page
  yield octets.subarray(end)
}

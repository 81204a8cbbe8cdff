import t from 'tap'
import { cleanRound, Evidence, request, resource, response, roundEnd } from '../evidence-of.js'
import { testEach } from './broken-evidence.js'

/** A RESOURCE with its octets, which say another count than the one that is given. */
function resourceWithCount(sequence: number, count: number) {
  const packet = Buffer.alloc(86)
  packet[0] = 0x01
  packet.writeUInt32BE(count, 38)
  // Ends a moment after it starts, on channel 1.
  packet.writeUInt8(1, 57)
  packet.writeUInt16BE(1, 58)
  return { ...resource(sequence), bytes: packet.toString('base64') }
}

testEach(t, [
  {
    name: 'a second RESPONSE with another count',
    rule: 'response-count-agrees',
    evidence: new Evidence()
      .ask(request(), request())
      .tell(response(1), response(2), resource(1), roundEnd(1, 1))
      .complete(1),
  },
  {
    name: 'a RESPONSE that turns from OK to a refusal',
    rule: 'response-count-agrees',
    evidence: cleanRound(0).ask(request()).tell(response(0, 'BUSY')).complete(0),
  },
  {
    name: 'a ROUND_END with another count than the RESPONSE',
    rule: 'count-in-every-packet',
    evidence: new Evidence().ask(request()).tell(response(1), resource(1), roundEnd(2, 1)).complete(1),
  },
  {
    name: 'a RESOURCE with another count than the RESPONSE',
    rule: 'count-in-every-resource',
    evidence: new Evidence()
      .ask(request())
      .tell(response(2), resourceWithCount(1, 2), resourceWithCount(2, 3), roundEnd(2, 2))
      .complete(2),
  },
  {
    name: 'resources before the RESPONSE',
    rule: 'response-before-resources',
    evidence: new Evidence().ask(request()).tell(resource(1), response(1), roundEnd(1, 1)).complete(1),
  },
  {
    name: 'a refusal with a count',
    rule: 'refusal-final',
    evidence: new Evidence().ask(request()).tell(response(3, 'DEVICE_FAULT')),
  },
  {
    name: 'a round after a refusal',
    rule: 'refusal-final',
    evidence: new Evidence().ask(request()).tell(response(0, 'DEVICE_FAULT'), roundEnd(0, 0)),
  },
])

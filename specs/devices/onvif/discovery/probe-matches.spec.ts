import { assert, nat, property, tuple, uint8Array } from 'fast-check'
import t from 'tap'
import { readProbeMatches } from '../../../../devices/onvif/discovery/probe-matches.js'
import { XmlError } from '../../../../devices/onvif/xml-reader.js'
import { probeMatch, probeReply } from './probe-reply.js'

const HIKVISION_LIKE = probeReply(
  probeMatch({
    reference: 'urn:uuid:2419d68a-2dd2-21b2-a205-ecaaa0b1c2d3',
    types: 'dn:NetworkVideoTransmitter tds:Device',
    scopes: ' onvif://www.onvif.org/hardware/DS-2CD2043\n onvif://www.onvif.org/Profile/G ',
    xaddrs: 'http://192.0.2.64/onvif/device_service http://[fe80::1234]/onvif/device_service',
  }),
)

t.test('reads what a reply tells, prefixes undeclared and white space of any kind [WS-Discovery 5.3]', async (t) => {
  t.strictSame(readProbeMatches(Buffer.from(HIKVISION_LIKE)), [
    {
      endpointReference: 'urn:uuid:2419d68a-2dd2-21b2-a205-ecaaa0b1c2d3',
      types: ['NetworkVideoTransmitter', 'Device'],
      scopes: ['onvif://www.onvif.org/hardware/DS-2CD2043', 'onvif://www.onvif.org/Profile/G'],
      xaddrs: ['http://192.0.2.64/onvif/device_service', 'http://[fe80::1234]/onvif/device_service'],
    },
  ])
})

t.test('takes everything that a device leaves out as empty', async (t) => {
  t.strictSame(readProbeMatches(Buffer.from(probeReply(probeMatch({})))), [
    { endpointReference: '', types: [], scopes: [], xaddrs: [] },
  ])
  t.strictSame(readProbeMatches(Buffer.from(probeReply())), [])
})

t.test('refuses replies that are hostile or none', async (t) => {
  const hostile: Readonly<Record<string, readonly [string, RegExp]>> = {
    nothing: ['', /got nothing/],
    'no XML': ['M-SEARCH * HTTP/1.1\r\n', /well-formed/],
    'a document type': [`<!DOCTYPE x [<!ENTITY a "aaaa">]>${HIKVISION_LIKE.slice(38)}`, /document type/],
    'another message': [HIKVISION_LIKE.replaceAll('ProbeMatches', 'Hello'), /expected <ProbeMatches>, got <Hello>/],
    'no envelope': ['<html/>', /expected a SOAP envelope, got <html>/],
    'a cut message': [HIKVISION_LIKE.slice(0, -30), /got the end of the reply/],
    'NUL octets': [HIKVISION_LIKE.replace('DS-', 'DS\0'), /NUL/],
    'deep nesting': [probeReply('<a>'.repeat(100) + '</a>'.repeat(100)), /deep/],
    'too many matches': [probeReply(...Array.from({ length: 257 }, () => probeMatch({}))), /at most 256 ProbeMatch/],
    'too many words': [probeReply(probeMatch({ scopes: 's '.repeat(129) })), /at most 128 words in Scopes, got 129/],
    'too long a word': [probeReply(probeMatch({ xaddrs: 'x'.repeat(1025) })), /at most 1024 characters in XAddrs/],
    'too long a reference': [probeReply(probeMatch({ reference: 'x'.repeat(1025) })), /endpoint reference/],
    'too long a reply': [probeReply(probeMatch({ scopes: ' '.repeat(70_000) })), /at most 65535 octets/],
  }
  for (const [name, [message, expected]] of Object.entries(hostile))
    t.throws(() => readProbeMatches(Buffer.from(message)), { name: 'XmlError', message: expected }, name)
})

t.test('lets only XmlError escape, whatever is damaged', async (t) => {
  const whole = Buffer.from(HIKVISION_LIKE)
  const damaged = tuple(nat(whole.length - 1), uint8Array({ minLength: 1, maxLength: 8 }), nat(whole.length))
  assert(
    property(damaged, ([at, octets, length]) => {
      const message = Buffer.from(whole)
      message.set(octets.subarray(0, whole.length - at), at)
      try {
        readProbeMatches(message.subarray(0, length))
      } catch (error) {
        if (!(error instanceof XmlError)) throw error
      }
    }),
    { numRuns: 500 },
  )
  t.pass('fast-check prints its seed when it fails')
})

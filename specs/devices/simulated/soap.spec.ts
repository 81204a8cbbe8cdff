import t from 'tap'
import { Arguments } from '../../../devices/simulated/soap/arguments.js'
import { readEnvelope } from '../../../devices/simulated/soap/envelope.js'
import { SoapFault } from '../../../devices/simulated/soap/fault.js'
import { readBoolean, readDateTime, readDuration, readInt } from '../../../devices/simulated/soap/values.js'
import { parseXml, type XmlElement } from '../../../devices/simulated/soap/xml-reader.js'
import { xml } from '../../../devices/simulated/soap/xml-writer.js'
import { readTopicFilter } from '../../../devices/simulated/topic-filter.js'
import { TRACK_STATE, topicFilter } from './soap-client.js'

const parse = (text: string): XmlElement => parseXml(Buffer.from(text))

t.test('reads xs:dateTime, and nothing else', async (t) => {
  for (const [text, expected] of [
    ['2024-02-29T12:34:56Z', Date.UTC(2024, 1, 29, 12, 34, 56)],
    [' 2024-02-29T12:34:56.789Z\n', Date.UTC(2024, 1, 29, 12, 34, 56, 789)],
    ['2024-02-29T12:34:56.789250Z', Date.UTC(2024, 1, 29, 12, 34, 56, 789) + 0.25],
    ['2024-02-29T12:34:56+08:00', Date.UTC(2024, 1, 29, 4, 34, 56)],
    ['2024-02-29T12:34:56', Date.UTC(2024, 1, 29, 12, 34, 56)],
    ['1970-01-01T00:00:00Z', 0],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000],
    ['9999-12-31T23:59:59.999Z', 253_402_300_799_999],
    ['0001-01-01T00:00:00+01:00', undefined],
    ['9999-12-31T23:59:59-01:00', undefined],
    ['2023-02-29T00:00:00Z', undefined],
    ['2024-13-01T00:00:00Z', undefined],
    ['2024-01-01T25:00:00Z', undefined],
    ['2024-01-01', undefined],
    ['24-01-01T00:00:00Z', undefined],
    ['now', undefined],
    ['', undefined],
  ] as const) {
    t.equal(readDateTime(text), expected, text)
  }
})

t.test('reads xs:duration, and nothing else', async (t) => {
  for (const [text, expected] of [
    ['PT60S', 60_000],
    ['PT1M30.5S', 90_500],
    ['P1DT2H', 93_600_000],
    ['P1Y1M', 34_128_000_000],
    ['-PT1S', -1000],
    ['PT0S', 0],
    ['P', undefined],
    ['PT', undefined],
    ['P1DT', undefined],
    ['60', undefined],
    ['PT1.S', undefined],
    ['', undefined],
  ] as const) {
    t.equal(readDuration(text), expected, text)
  }
})

t.test('reads xs:int and xs:boolean, and nothing else', async (t) => {
  t.same(['1', ' -5 ', '+7', '2147483647', '-2147483648'].map(readInt), [1, -5, 7, 2147483647, -2147483648])
  t.same(
    ['2147483648', '1.0', '1e3', '0x10', '', 'one'].map(readInt),
    Array.from({ length: 6 }, () => undefined),
  )
  t.same(['true', '1', 'false', '0', ' true '].map(readBoolean), [true, true, false, false, true])
  t.same(['TRUE', 'yes', ''].map(readBoolean), [undefined, undefined, undefined])
})

t.test('escapes everything that is not XML already', async (t) => {
  const inner = xml`<b>${'<&">\''}</b>`
  t.equal(
    xml`<a n="${'"'}">${inner}${[inner, inner]}${7}${false}${undefined}</a>`.text.replaceAll(inner.text, 'B'),
    '<a n="&quot;">BBB7false</a>',
  )
  t.equal(inner.text, '<b>&lt;&amp;&quot;&gt;&apos;</b>')
  t.equal(
    xml`
      <a>
        ${xml` <b/>`}
      </a>`.text,
    '<a> <b/></a>',
    'line breaks of the source code are left out',
  )
})

t.test('refuses what is no XML, or no XML that SOAP allows', async (t) => {
  for (const [name, text] of [
    ['nothing', ''],
    ['text alone', 'hello'],
    ['an element left open', '<a>'],
    ['two roots', '<a/><b/>'],
    ['an undeclared prefix', '<p:a/>'],
    ['an undeclared entity', '<a>&bomb;</a>'],
    ['a DTD', '<!DOCTYPE a [<!ENTITY bomb "boom">]><a>&bomb;</a>'],
    ['a NUL', '<a>\0</a>'],
    ['a repeated attribute', '<a b="1" b="2"/>'],
    ['too deep a nest', `${'<a>'.repeat(33)}${'</a>'.repeat(33)}`],
  ] as const) {
    t.throws(() => parse(text), { name: 'SoapFault', codes: ['env:Sender', 'ter:WellFormed'] }, name)
  }
  t.throws(() => parseXml(Uint8Array.of(0x3c, 0x61, 0xff, 0x2f, 0x3e)), { name: 'SoapFault' }, 'not UTF-8')
  t.equal(parse(`${'<a>'.repeat(32)}${'</a>'.repeat(32)}`).name, 'a')
})

t.test('reads elements by namespace, whatever the prefix', async (t) => {
  const root = parse(
    '<a xmlns="urn:one" xmlns:p="urn:two" p:x="1" x="2"><p:b xmlns:q="urn:three">t<![CDATA[<>]]>&amp;</p:b></a>',
  )
  const child = root.child('urn:two', 'b')
  t.equal(child?.text, 't<>&')
  t.equal(root.attribute('x'), '2')
  t.equal(root.attribute('x', 'urn:two'), '1')
  t.equal(root.attribute('y'), undefined)
  t.same(
    ['', 'p', 'q', 'r', 'constructor'].map((prefix) => child?.resolvePrefix(prefix)),
    ['urn:one', 'urn:two', 'urn:three', undefined, undefined],
  )
})

t.test('refuses an envelope that it must not answer [SOAP 1.2, 5.4]', async (t) => {
  const soap = (inside: string) =>
    `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">${inside}</s:Envelope>`
  const codes = (text: string): readonly string[] => {
    try {
      readEnvelope(Buffer.from(text))
      return []
    } catch (error) {
      return error instanceof SoapFault ? error.codes : ['not a fault']
    }
  }
  t.same(codes(soap('<s:Body><x/></s:Body>')), [])
  t.same(codes(soap('<s:Body/>')), ['env:Sender', 'ter:WellFormed'])
  t.same(codes(soap('')), ['env:Sender', 'ter:WellFormed'])
  t.same(codes(soap('<s:Body><x/><y/></s:Body>')), ['env:Sender', 'ter:WellFormed'])
  t.same(codes('<html><body/></html>'), ['env:Sender', 'ter:WellFormed'])
  t.same(codes('<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><x/></s:Body></s:Envelope>'), [
    'env:VersionMismatch',
  ])
  t.same(codes(soap('<s:Header><z s:mustUnderstand="1"/></s:Header><s:Body><x/></s:Body>')), ['env:MustUnderstand'])
  t.same(codes(soap('<s:Header><z s:mustUnderstand="0"/></s:Header><s:Body><x/></s:Body>')), [])
})

t.test('is as strict about arguments as a schema', async (t) => {
  const fields = (inside: string) => new Arguments(parse(`<o xmlns="urn:o">${inside}</o>`), 'urn:o', ['A', 'B', 'C'])
  t.equal(fields('<A>1</A><C>2</C>').optionalCount('C', 0), 2)
  t.equal(fields('<A/><A/><B/>').all('A').length, 2)
  const invalid = { name: 'SoapFault', codes: ['env:Sender', 'ter:InvalidArgs'] }
  t.throws(() => fields('<B/><A/>'), invalid, 'out of order')
  t.throws(() => fields('<D/>'), invalid, 'unknown')
  t.throws(() => fields('<A xmlns="urn:other"/>'), invalid, 'of another namespace')
  t.throws(() => fields('').required('A'), invalid, 'missing')
  t.throws(() => fields('<A/><A/>').optional('A'), invalid, 'repeated')
  const value = { name: 'SoapFault', codes: ['env:Sender', 'ter:InvalidArgVal'] }
  t.throws(() => fields('<A>-1</A>').optionalCount('A', 0), value)
  t.throws(() => fields('<A>soon</A>').momentMs('A'), value)
  t.throws(() => fields('<A>-PT1S</A>').durationMs('A'), value)
  t.throws(() => fields('<A>maybe</A>').boolean('A'), value)
})

t.test('matches topics as the ConcreteSet dialect says [ONVIF Core, Topic Filter]', async (t) => {
  const filter = (inside: string, more = '') =>
    readTopicFilter(
      parse(
        `<f xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tns1="http://www.onvif.org/ver10/topics"${more}>${inside}</f>`,
      ),
    )
  const matched = (expression: string, more?: string): string => {
    const wants = filter(topicFilter(expression), more)
    return ['RecordingHistory/Recording/State', 'RecordingHistory/Track/State', 'RecordingHistory']
      .filter((topic) => wants(topic.split('/')))
      .join(' ')
  }
  t.equal(matched('tns1:RecordingHistory/Track/State'), 'RecordingHistory/Track/State')
  t.equal(matched('tns1:RecordingHistory/Track//.'), 'RecordingHistory/Track/State')
  t.equal(
    matched(' tns1:RecordingHistory/Track/State | tns1:RecordingHistory/Recording/State '),
    'RecordingHistory/Recording/State RecordingHistory/Track/State',
  )
  t.equal(
    matched('tns1:RecordingHistory//.'),
    'RecordingHistory/Recording/State RecordingHistory/Track/State RecordingHistory',
  )
  t.equal(matched('tns1:RecordingHistory'), 'RecordingHistory')
  t.equal(matched('tns1:VideoSource/MotionAlarm'), '')
  t.equal(
    matched('x:RecordingHistory//.', ' xmlns:x="http://www.onvif.org/ver10/topics"').split(' ').length,
    3,
    'any prefix',
  )
  t.equal(filter('')(['Anything']), true, 'no filter lets everything pass')
  t.equal(filter(TRACK_STATE)(['RecordingHistory', 'Track', 'State']), true)

  const refused = { name: 'SoapFault', codes: ['env:Sender', 'ter:InvalidArgVal', 'ter:InvalidFilterFault'] }
  for (const expression of [
    '',
    '//.',
    'RecordingHistory',
    'vnd:RecordingHistory',
    'tns1:RecordingHistory/*',
    'tns1:A|',
    'tns1:A|'.repeat(64) + 'tns1:A',
  ]) {
    t.throws(() => filter(topicFilter(expression)), refused, expression.slice(0, 40))
  }
  t.throws(() => filter(topicFilter('tns1:A', 'urn:xpath')), refused, 'another dialect')
  t.throws(
    () => filter(topicFilter('tns1:A|tns1:B', 'http://docs.oasis-open.org/wsn/t-1/TopicExpression/Concrete')),
    refused,
  )
  t.throws(() => filter(TRACK_STATE + TRACK_STATE), refused, 'two expressions')
  t.throws(() => filter('<wsnt:MessageContent Dialect="urn:x">boolean(1)</wsnt:MessageContent>'), refused)
})

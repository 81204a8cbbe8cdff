import { InvalidArgumentError } from 'commander'
import t from 'tap'
import {
  brokerAddress,
  integer,
  linkAddress,
  messageNumber,
  moment,
  peerAddress,
  ratio,
  runId,
  seconds,
  topicLevel,
} from '../../../harness/cli/option-parsers.js'

/** A parser, what it takes and makes of it, and what it refuses. */
interface Row {
  readonly name: string
  readonly parse: (text: string) => unknown
  readonly good: Readonly<Record<string, unknown>>
  readonly bad: readonly string[]
}

const ROWS: readonly Row[] = [
  {
    name: 'a whole number of 0–4294967295',
    parse: integer(0, 0xffffffff),
    good: { '0': 0, '11': 11, '4294967295': 0xffffffff, '007': 7 },
    bad: ['', ' ', '-1', '4294967296', '1e3', '0x10', '1.5', '1_000', 'NaN', 'Infinity', '٣'],
  },
  {
    name: 'a ratio',
    parse: ratio,
    good: { '0': 0, '0.2': 0.2, '.5': 0.5, '1': 1, '1.0': 1 },
    bad: ['', ' ', '-0.1', '1.01', '20%', '0,2', '0x1', '1e-1', 'NaN'],
  },
  {
    name: 'seconds',
    parse: seconds,
    good: { '60': 60, '0.5': 0.5, '86400': 86_400 },
    bad: ['', '0', '0.0001', '86401', '1m', '-1'],
  },
  {
    name: 'a moment',
    parse: moment,
    good: {
      '1970-01-01': 0,
      '2026-01-31T08:00:00Z': Date.UTC(2026, 0, 31, 8),
      '2026-01-31T08:00+08:00': Date.UTC(2026, 0, 31),
      '2026-01-31T08:00:00.125Z': Date.UTC(2026, 0, 31, 8, 0, 0, 125),
    },
    bad: [
      '',
      'now',
      '2026',
      '2026-13-01',
      '2026-01-31T08:00:00',
      '2026-01-31 08:00:00Z',
      '1969-12-31',
      '1767168000000',
    ],
  },
  {
    name: 'an external message number',
    parse: messageNumber,
    good: { '00001-00020-00300-04000': '00001-00020-00300-04000' },
    bad: ['', '1-2-3', '00001-00020-00300-70000', '00001-00020-00300-04000 ', 'a-b-c-d'],
  },
  {
    name: 'a link address',
    parse: linkAddress,
    good: { 'udp://127.0.0.1:0': 'udp://127.0.0.1:0', 'udp://[::1]:28300': 'udp://[::1]:28300' },
    bad: ['', '127.0.0.1:1', 'udp://localhost:1', 'udp://127.0.0.1:65536', 'udp://::1:1', 'tcp://127.0.0.1:1'],
  },
  {
    name: 'an address to send to',
    parse: peerAddress,
    good: { 'udp://127.0.0.1:9': 'udp://127.0.0.1:9' },
    bad: ['udp://127.0.0.1:0', 'udp://x:9'],
  },
  {
    name: 'a topic level',
    parse: topicLevel,
    good: { 'lab-1': 'lab-1', 实验室: '实验室' },
    bad: ['', 'a/b', '+', '#', 'a\nb', '室'.repeat(43)],
  },
  {
    name: 'a run',
    parse: runId,
    good: { r1: 'r1', '2026.01_a-b': '2026.01_a-b' },
    bad: ['', '.', '..', '../x', '-x', 'a b', 'a/b', 'x'.repeat(65)],
  },
]

for (const { name, parse, good, bad } of ROWS) {
  t.test(`takes ${name} and refuses everything else, quoting it [issue 2, Bad input]`, (t) => {
    for (const [text, value] of Object.entries(good)) t.equal(parse(text), value, text)
    for (const text of bad) {
      t.throws(() => parse(text), InvalidArgumentError, JSON.stringify(text))
      t.throws(() => parse(text), { message: /[Ee]xpected .*got /s })
    }
    t.end()
  })
}

t.test('takes brokers, and refuses others without their credentials [architecture, MQTT]', (t) => {
  for (const text of ['mqtt://127.0.0.1', 'mqtt://127.0.0.1:1883', 'mqtts://u:p@broker.example:8884'])
    t.equal(brokerAddress(text), text)
  for (const text of [
    '',
    '127.0.0.1',
    'http://u:sesame@h',
    'mqtt://u:sesame@h/path',
    'mqtt://u:sesame@h?x',
    'mqtt://u:sesame%@h',
    'mqtt://u:sesame@h:99999',
  ]) {
    t.throws(() => brokerAddress(text), { code: 'ERR_VIEWNET_ADDRESS', message: /--broker <url>.*expected .*got / })
    try {
      brokerAddress(text)
    } catch (error) {
      t.notMatch(String(error), 'sesame')
    }
  }
  t.end()
})

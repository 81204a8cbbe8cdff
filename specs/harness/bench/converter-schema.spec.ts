import { UsageError } from 'viewnet/device'
import t from 'tap'
import { blackBoxOf, parseBench, servedOf, type BenchConverter } from '../../../harness/bench/index.js'

const DEVICES = `devices:
  - number: 00001-00020-00300-00007
    driver: onvif
    url: http://192.0.2.17/onvif/device_service
`
const NUMBER = '00001-00020-00300-04000'

function converterOf(yaml: string): BenchConverter | undefined {
  return parseBench(`${yaml}\n${DEVICES}`, 'bench.yaml').converter
}

/** What is said of a converter, or `nothing`. */
function said(yaml: string): string {
  try {
    converterOf(yaml)
    return 'nothing'
  } catch (error) {
    if (!(error instanceof UsageError) || error.code !== 'ERR_VIEWNET_BENCH_FILE') throw error
    return error.message
  }
}

t.test('a converter is an address to test, in short or in full, or what serve is to be [issue 4, black box]', (t) => {
  const short = converterOf('converter: udp://192.0.2.9:28200')
  t.same(blackBoxOf(short), { address: 'udp://192.0.2.9:28200' })
  t.equal(servedOf(short), undefined)

  const full = {
    address: 'udp://[2001:db8::9]:28200',
    number: NUMBER,
    endpoint: 'udp://[2001:db8::1]:28300',
    wrongCredentialsDevice: '00001-00020-00300-00008',
    unknownDevice: '00001-00020-00300-00009',
  }
  t.same(blackBoxOf(converterOf(`converter: ${JSON.stringify(full)}`)), full)

  const served = { number: NUMBER, link: 'udp://127.0.0.1:0', peers: ['udp://127.0.0.1'] }
  t.same(servedOf(converterOf(`converter: ${JSON.stringify(served)}`)), { ...served, acceleration: 'auto' })
  const ethernet = { number: NUMBER, link: 'ethernet:eth1', peers: ['ethernet:eth1'], acceleration: 'off' }
  t.same(servedOf(converterOf(`converter: ${JSON.stringify(ethernet)}`)), ethernet)
  t.equal(blackBoxOf(converterOf(`converter: ${JSON.stringify(served)}`)), undefined)

  t.equal(blackBoxOf(converterOf('')), undefined)
  t.equal(servedOf(converterOf('')), undefined)
  t.end()
})

/** What stands in a file, and what is said of it: of the form that was most likely meant. */
const MISTAKES: Readonly<Record<string, readonly [yaml: string, message: RegExp]>> = {
  'an address with a host name': [
    'converter: udp://converter:28200',
    /^bench\.yaml:1:12: converter: expected udp:.*numeric.*got 'udp:\/\/converter:28200'$/,
  ],
  'an address without a port to send to': [
    'converter: udp://192.0.2.9:0',
    /^bench\.yaml:1:12: converter: expected a port of 1–65535, got 'udp:\/\/192\.0\.2\.9:0'$/,
  ],
  'the address of every host': [
    'converter: { address: udp://0.0.0.0:28200 }',
    /^bench\.yaml:1:23: converter\.address: expected the address of one host, got /,
  ],
  'something else': ['converter: 28200', /^bench\.yaml:1:12: converter: expected a text or a mapping, got 28200$/],
  'a misspelt key beside an address': [
    'converter:\n  address: udp://192.0.2.9\n  numbr: x',
    /^bench\.yaml:3:10: converter\.numbr: expected a known key; did you mean 'number'\?, got 'numbr'$/,
  ],
  'a bad number': [
    'converter: { address: udp://192.0.2.9, unknownDevice: 70000 }',
    /^bench\.yaml:1:55: converter\.unknownDevice: expected a text, got 70000$/,
  ],
  'a converter to serve without peers': [
    `converter: { number: ${NUMBER}, link: udp://127.0.0.1:0 }`,
    /^bench\.yaml:1:12: converter\.peers: expected a list, got nothing$/,
  ],
  'both forms at once': [
    `converter: { address: udp://192.0.2.9, link: udp://127.0.0.1:0 }`,
    /^bench\.yaml:1:46: converter\.link: expected keys of one form, and this one goes with another, got 'link'$/,
  ],
}

for (const [name, [yaml, message]] of Object.entries(MISTAKES)) {
  t.test(`names file, line and column of ${name} [house style, Options]`, (t) => {
    t.match(said(yaml), message)
    t.end()
  })
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { udpLink } from 'viewnet/link'
import t from 'tap'
import { describePacket } from '../../../harness/endpoint/index.js'
import { readEvidenceFile } from '../../../harness/evidence/index.js'
import type { RunRecord } from '../../../harness/report/index.js'
import { RULES, Verifier, type Verdict } from '../../../harness/verifier/index.js'
import { BROKEN } from './broken-converters.js'
import { brokenLink } from './broken-link.js'
import { certifiedBlackBox, freeAddress } from './certified-black-box.js'

// Most of the time goes by waiting.
t.jobs = 8
const LEFT_OPEN = RULES.filter(({ unseenByEndpoint }) => unseenByEndpoint !== undefined).map(({ id }) => id)

/** The verdict on a file of the report, with what run.json says. */
async function verdictOn(folder: string, name: string, { flows, sides }: RunRecord): Promise<Verdict> {
  const verifier = new Verifier()
  if (name.endsWith('.ndjson')) verifier.tapped(sides ?? [])
  for await (const entry of readEvidenceFile(join(folder, 'report', name), { describe: describePacket })) {
    if (entry.type === 'packets') verifier.add(entry.batch)
    else if (entry.type === 'sides') verifier.tapped(entry.sides)
  }
  return verifier.finish(flows)
}

for (const { name, breakage, caseId, asBlackBox } of BROKEN) {
  if (!asBlackBox) continue
  const { outcome, rule } = asBlackBox
  void t.test(`a black box that ${name}: ${outcome} by ${rule} [issue 4, black box]`, { buffered: true }, async (t) => {
    const folder = t.testdir({})
    const record = await certifiedBlackBox(folder, ['reach', 'list', caseId], {
      link: (link) => brokenLink(link, breakage()),
    })
    t.match(record, { verdict: outcome, sides: ['endpoint'] }, record.why)
    t.match(record.cases.at(-1), { id: caseId, outcome })
    t.strictSame(
      record.notJudged?.map((open) => open.rule),
      LEFT_OPEN,
    )
    if (outcome === 'pass') t.ok(LEFT_OPEN.includes(rule), 'not passed over in silence')
    else t.match(record.why, `${caseId}: ${rule}: `)
    for (const file of ['packets.ndjson', 'packets.pcapng']) {
      const again = await verdictOn(folder, file, record)
      t.equal(again.verdict, outcome, file)
      t.strictSame(again.notJudged, record.notJudged, file)
    }
  })
}

void t.test(
  'two endpoints ask a black box at once where it admits a second one, and only there [issue 6, Cases]',
  { buffered: true },
  async (t) => {
    const cases = ['reach', 'list', 'two-endpoints']
    const one = await certifiedBlackBox(t.testdir({}), [...cases, 'clean'])
    t.match(
      one.cases.find(({ id }) => id === 'two-endpoints'),
      { outcome: 'not-applicable', why: /names no secondEndpoint/ },
    )
    const two = await certifiedBlackBox(t.testdir({}), cases, { secondEndpoint: await freeAddress() })
    t.equal(`${two.verdict}${two.why}`, 'pass')
    t.match(two.cases.at(-1), {
      id: 'two-endpoints',
      outcome: 'pass',
      measurements: [{ name: 'announced', value: 60 }],
    })
  },
)

void t.test(
  'a black box that repeats nothing and asks its device unseen passes, with what is open said in its case',
  { buffered: true },
  async (t) => {
    const folder = t.testdir({})
    const cases = ['reach', 'list', 'count-agrees', 'clean', 'repeated-request', 'wrong-credentials', 'unknown-device']
    const record = await certifiedBlackBox(folder, cases)
    t.equal(`${record.verdict}${record.why}`, 'pass')
    t.match(record.cases.slice(-3), [
      { id: 'repeated-request', outcome: 'pass', why: /how often the device was asked is not seen/ },
      { id: 'wrong-credentials', outcome: 'not-applicable', why: /names no wrongCredentialsDevice/ },
      { id: 'unknown-device', outcome: 'pass' },
    ])
    const json = JSON.parse(await readFile(join(folder, 'report', 'run.json'), 'utf8')) as RunRecord
    t.strictSame(json.sides, ['endpoint'])
    t.match(json.notJudged?.[0], { rule: 'request-answered', extent: 'whole', why: /\w/ })

    const verifier = new Verifier()
    for await (const entry of readEvidenceFile(join(folder, 'report', 'packets.ndjson'), { describe: describePacket }))
      if (entry.type === 'packets') verifier.add(entry.batch)
    t.match(verifier.finish(record.flows), { verdict: 'could-not-test' }, 'without run.json nobody says that it is one')
  },
)

void t.test(
  'a device that the bench cannot reach and the converter can leaves only its own cases open',
  { buffered: true },
  async (t) => {
    const record = await certifiedBlackBox(
      t.testdir({}),
      ['reach', 'list', 'count-agrees', 'clean', 'unknown-device'],
      {
        isDeviceGone: true,
      },
    )
    t.same(
      record.cases.map(({ id, outcome }) => `${id} ${outcome}`),
      [
        'reach could-not-test',
        'list could-not-test',
        'count-agrees could-not-test',
        'clean pass',
        'unknown-device pass',
      ],
    )
    t.equal(record.verdict, 'could-not-test')
  },
)

void t.test('a number that was only guessed to be unknown convicts nobody', { buffered: true }, async (t) => {
  const device = '00001-00020-00300-00007'
  const guessed = await certifiedBlackBox(t.testdir({}), ['reach', 'list', 'unknown-device'], {
    link: (link) =>
      brokenLink(link, (message) => [message.type === 'RESPONSE' ? { ...message, status: 3, count: 0 } : message]),
  })
  t.match(guessed.cases.at(-1), { outcome: 'could-not-test', why: /name one as unknownDevice/ })
  const named = await certifiedBlackBox(t.testdir({}), ['reach', 'list', 'unknown-device'], { unknownDevice: device })
  t.match(named.cases.at(-1), { outcome: 'fail', why: /expected a RESPONSE of status UNKNOWN_DEVICE, got OK/ })
})

void t.test(
  'nothing at all from its address is could-not-test, and is not waited for again [issue 4, black box]',
  { buffered: true },
  async (t) => {
    const address = await freeAddress()
    const record = await certifiedBlackBox(t.testdir({}), ['reach', 'list', 'clean', 'loss-full', 'unknown-device'], {
      address,
    })
    t.equal(record.verdict, 'could-not-test')
    t.same(
      record.cases.map(({ outcome }) => outcome),
      ['pass', 'pass', 'could-not-test', 'could-not-test', 'could-not-test'],
    )
    t.match(record.why, /expected an answer, got nothing at all; check its address, that it has the number/)
  },
)

void t.test(
  'answers from elsewhere, or in the name of another converter, are told as what they are',
  { buffered: true },
  async (t) => {
    const other = udpLink('udp://127.0.0.1:0')
    await other.start({ packet: () => undefined })
    t.teardown(() => other.close())
    const elsewhere = await certifiedBlackBox(t.testdir({}), ['reach', 'list', 'clean'], {
      link: (link) => ({
        get address() {
          return link.address
        },
        start: (receiver) => link.start(receiver),
        send: (packet, to) => other.send(packet, to),
        close: () => link.close(),
      }),
    })
    t.match(elsewhere, {
      verdict: 'could-not-test',
      why: /nothing at all; something came from udp:\/\/127\.0\.0\.1:\d+ instead/,
    })
    const ofOther = await certifiedBlackBox(t.testdir({}), ['reach', 'list', 'clean'], {
      link: (link) => brokenLink(link, (message) => [{ ...message, converterNumber: message.converterNumber + 1n }]),
    })
    t.match(ofOther, { verdict: 'could-not-test', why: /in the name of another; set its number/ })
  },
)

void t.test('an address of ours that is taken is said before the first case', { buffered: true }, async (t) => {
  const taken = udpLink('udp://127.0.0.1:0')
  await taken.start({ packet: () => undefined })
  t.teardown(() => taken.close())
  const record = await certifiedBlackBox(t.testdir({}), ['reach', 'list'], { endpoint: taken.address })
  t.match(record, { verdict: 'could-not-test', why: /cannot listen on .*EADDRINUSE/, cases: { length: 2 } })
})

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readNdjson } from '../../../harness/evidence/index.js'
import { Verifier } from '../../../harness/verifier/index.js'
import { brokenLink, type Breakage } from './broken-link.js'
import { certified } from './certified.js'

/** A converter that is broken on purpose, over real sockets, and the rule that must find it. */
interface BrokenConverter {
  readonly name: string
  /** Made anew for each run. */
  readonly breakage: () => Breakage
  /** The case that is run, after the device was reached and listed. */
  readonly caseId: string
  readonly rule: string
  readonly why: RegExp
}

const BROKEN: readonly BrokenConverter[] = [
  {
    name: 'skips one sequence',
    caseId: 'clean',
    rule: 'sequences-exact',
    why: /expected sequence 5, got sequence 6/,
    breakage: () => (message) => (message.type === 'RESOURCE' && message.sequence === 5 ? [] : [message]),
  },
  {
    name: 'announces one too many',
    caseId: 'clean',
    rule: 'sequences-exact',
    why: /expected the first round to end with sequence 31, got its end after sequence 30/,
    breakage: () => (message) => ['count' in message ? { ...message, count: message.count + 1 } : message],
  },
  {
    name: 'sends a sequence again within its round, unasked',
    caseId: 'clean',
    rule: 'nothing-unasked',
    why: /expected sequence 7 once in round 0, got it again/,
    breakage: () => (message) =>
      message.type === 'RESOURCE' && message.sequence === 7 ? [message, message] : [message],
  },
  {
    name: 'begins a second round that nobody asked for',
    caseId: 'clean',
    rule: 'nothing-unasked',
    why: /expected a MISMATCH for round 0 before round 1, got none/,
    breakage: () => {
      const sent: Parameters<Breakage>[0][] = []
      return (message) => {
        if (message.type === 'RESOURCE') sent.push({ ...message, round: 1 })
        return message.type === 'ROUND_END' ? [message, ...sent.splice(0)] : [message]
      }
    },
  },
  {
    name: 'sends everything again where only what is missing was asked for',
    caseId: 'loss-selective',
    rule: 'nothing-unasked',
    why: /expected only sequences that MISSING named for round 1, got sequence 1/,
    breakage: () => {
      let before: Parameters<Breakage>[0] | undefined
      return (message) => {
        if (message.type === 'RESOURCE' && message.round === 0) before ??= message
        // Sequence 1 arrived: its loss does not follow from this seed.
        if (message.type !== 'RESOURCE' || message.round !== 1 || before?.type !== 'RESOURCE') return [message]
        const first = { ...before, round: 1 }
        before = undefined
        return [first, message]
      }
    },
  },
  {
    name: 'changes the content of a sequence between rounds',
    caseId: 'loss-full',
    rule: 'content-stable',
    why: /of sequence 1, as before/,
    breakage: () => (message) => [
      message.type === 'RESOURCE' && message.round > 0 && message.sequence === 1
        ? { ...message, endMs: message.endMs + 1000 }
        : message,
    ],
  },
  {
    name: 'tells another count in one RESOURCE',
    caseId: 'clean',
    rule: 'count-in-every-resource',
    why: /expected count 30, got count 29 in RESOURCE 9/,
    breakage: () => (message) => [
      message.type === 'RESOURCE' && message.sequence === 9 ? { ...message, count: 29 } : message,
    ],
  },
  {
    name: 'lies in ROUND_END about what it sent',
    caseId: 'clean',
    rule: 'round-end-truthful',
    why: /expected 30 sent in round 0, got 31 in its ROUND_END/,
    breakage: () => (message) => [
      message.type === 'ROUND_END' ? { ...message, sentCount: message.sentCount + 1 } : message,
    ],
  },
  {
    name: 'tells another count in ROUND_END',
    caseId: 'clean',
    rule: 'count-in-every-packet',
    why: /expected count 30, got count 31 in ROUND_END/,
    breakage: () => (message) => [message.type === 'ROUND_END' ? { ...message, count: message.count + 1 } : message],
  },
  {
    name: 'never sends again what was lost, and says so',
    caseId: 'loss-selective',
    rule: 'mismatch-answered',
    why: /expected round 1 to hold everything that MISSING named, got its end without/,
    breakage: () => (message) => {
      if (message.type === 'RESOURCE' && message.round > 0) return []
      return [message.type === 'ROUND_END' && message.round > 0 ? { ...message, sentCount: 0 } : message]
    },
  },
  {
    name: 'sends resources after it refused',
    caseId: 'unknown-device',
    rule: 'refusal-final',
    why: /expected nothing after UNKNOWN_DEVICE, got ROUND_END/,
    breakage: () => (message) =>
      message.type === 'RESPONSE'
        ? [
            message,
            {
              type: 'ROUND_END',
              exchange: message.exchange,
              converterNumber: message.converterNumber,
              count: 0,
              sentCount: 0,
              round: 0,
            },
          ]
        : [message],
  },
]

for (const { name, breakage, caseId, rule, why } of BROKEN) {
  t.test(`a converter that ${name} fails by ${rule} [issue 2, Show 5]`, async (t) => {
    const folder = t.testdir({})
    const record = await certified(folder, ['reach', 'list', caseId], {
      converterLink: (link) => brokenLink(link, breakage()),
    })
    t.equal(record.verdict, 'fail')
    t.match(record.why, why)
    t.match(record.cases.at(-1), { id: caseId, outcome: 'fail' })
    t.match(record.why, `${caseId}: `)
    t.same(
      record.cases.slice(0, 2).map(({ outcome }) => outcome),
      ['pass', 'pass'],
      'the device is not blamed',
    )

    const verifier = new Verifier()
    for await (const batch of readNdjson(join(folder, 'report', 'packets.ndjson'))) verifier.add(batch)
    const verdict = verifier.finish(record.flows)
    t.equal(verdict.verdict, 'fail', 'the file alone says the same')
    const rules = verdict.findings.filter(({ blame }) => blame === 'fail').map((finding) => finding.rule)
    t.ok(rules.includes(rule), `by ${rule}; found ${rules.join(', ')}`)

    t.match(await readFile(join(folder, 'report', 'run.tap'), 'utf8'), /^not ok 3 /m)
    t.match(await readFile(join(folder, 'report', 'junit.xml'), 'utf8'), '<failure')
  })
}

t.test('the same bench with a link that breaks nothing passes', async (t) => {
  const record = await certified(t.testdir({}), ['reach', 'list', 'clean', 'loss-selective', 'unknown-device'], {
    converterLink: (link) => brokenLink(link, (message) => [message]),
  })
  t.equal(`${record.verdict}${record.why}`, 'pass')
})

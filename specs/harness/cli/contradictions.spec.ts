import { udpLink } from 'viewnet/link'
import t from 'tap'
import {
  formatExternalNumber,
  parseExternalNumber,
  type Message,
  type ResourceMessage,
} from '../../../harness/endpoint/index.js'
import { ScriptedConverter, type Script } from '../endpoint/scripted-converter.js'

import { converterNumber } from '../endpoint/vectors.js'
import { jsonLines, viewnet } from './viewnet.js'

const DEVICE = '00001-00020-00300-00007'
const NUMBER = formatExternalNumber(converterNumber)

const resource = (sequence: number, count: number, change: Partial<ResourceMessage> = {}): Message => ({
  type: 'RESOURCE',
  sequence,
  count,
  startMs: BigInt(sequence) * 1_000_000n,
  endMs: BigInt(sequence) * 1_000_000n + 500_000n,
  channel: 1,
  kinds: 1,
  round: 0,
  sizeBytes: 0n,
  key: BigInt(sequence),
  ...change,
})
const response = (count: number): Message => ({
  type: 'RESPONSE',
  status: 0,
  count,
  device: parseExternalNumber(DEVICE),
  snapshotMs: 0n,
})
const roundEnd = (count: number, sent: number, round = 0): Message => ({ type: 'ROUND_END', count, sent, round })

interface Contradiction {
  readonly name: string
  readonly script: Script
  readonly verdict: string
  readonly says: RegExp
}

const CONTRADICTIONS: readonly Contradiction[] = [
  {
    name: 'the content of a sequence changes between rounds',
    verdict: 'contradiction',
    says: /sequence 1 has two contents: endMs is 1600000, and was 1500000/,
    script({ message }, reply) {
      if (message.type === 'REQUEST') reply(response(2), resource(1, 2), roundEnd(2, 2))
      if (message.type === 'COUNT_REPORT' && message.verdict === 1)
        reply(resource(1, 2, { round: 1, endMs: 1_600_000n }), resource(2, 2, { round: 1 }), roundEnd(2, 2, 1))
    },
  },
  {
    name: 'the count is never reached',
    verdict: 'abandoned',
    says: /3 rounds|1 of 2|nothing new/,
    script({ message }, reply) {
      if (message.type === 'REQUEST') reply(response(2), resource(1, 2), roundEnd(2, 1))
      if (message.type === 'COUNT_REPORT' && message.verdict === 1)
        reply(resource(1, 2, { round: message.round + 1 }), roundEnd(2, 1, message.round + 1))
    },
  },
  {
    name: 'two packets tell two counts',
    verdict: 'contradiction',
    says: /count.*3.*2|count.*2.*3/,
    script({ message }, reply) {
      if (message.type === 'REQUEST') reply(response(2), resource(1, 2), resource(2, 3), roundEnd(2, 2))
    },
  },
  {
    name: 'a sequence lies beyond the count',
    verdict: 'contradiction',
    says: /sequence 3; with a count of 2 sequences are 1–2/,
    script({ message }, reply) {
      if (message.type === 'REQUEST') reply(response(2), resource(3, 2))
    },
  },
]

for (const { name, script, verdict, says } of CONTRADICTIONS) {
  t.test(`request exits with 1 and says how when ${name} [issue 2, Bad input]`, async (t) => {
    const converter = new ScriptedConverter(udpLink('udp://127.0.0.1:0'), script)
    await converter.start()
    t.teardown(() => converter.link.close())
    const { status, stdout, stderr } = await viewnet(
      `request --to ${converter.link.address} --number ${NUMBER} --device ${DEVICE} --local udp://127.0.0.1:0 --json`,
    )
    t.equal(status, 1)
    t.match(jsonLines(stdout).at(-1), { type: 'end', verdict, count: 2 })
    t.match(stderr, says)
    t.ok(
      converter.received.some(({ message }) => message.type === 'COUNT_REPORT' && message.verdict === 2),
      'the converter was told ABANDON',
    )
  })
}

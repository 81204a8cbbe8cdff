import type { Breakage } from './broken-link.js'

/** A converter that is broken on purpose, over real sockets, and the rule that must find it. */
export interface BrokenConverter {
  readonly name: string
  /** Made anew for each run. */
  readonly breakage: () => Breakage
  /** The case that is run, after the device was reached and listed. */
  readonly caseId: string
  readonly rule: string
  readonly why: RegExp
  /** What an endpoint alone makes of it: the rule that convicts, the one that cannot tell, or the one that is then not judged. */
  readonly asBlackBox?: { readonly outcome: 'fail' | 'could-not-test' | 'pass'; readonly rule: string }
}

/** Converters that are broken on purpose, each in one way. */
export const BROKEN: readonly BrokenConverter[] = [
  {
    name: 'skips one sequence',
    asBlackBox: { outcome: 'could-not-test', rule: 'abandon-explained' },
    caseId: 'clean',
    rule: 'sequences-exact',
    why: /expected sequence 5, got sequence 6/,
    breakage: () => (message) => (message.type === 'RESOURCE' && message.sequence === 5 ? [] : [message]),
  },
  {
    name: 'announces one too many',
    asBlackBox: { outcome: 'fail', rule: 'sequences-exact' },
    caseId: 'clean',
    rule: 'sequences-exact',
    why: /expected the first round to end with sequence 31, got its end after sequence 30/,
    breakage: () => (message) => ['count' in message ? { ...message, count: message.count + 1 } : message],
  },
  {
    name: 'sends a sequence again within its round, unasked',
    asBlackBox: { outcome: 'pass', rule: 'nothing-unasked' },
    caseId: 'clean',
    rule: 'nothing-unasked',
    why: /expected sequence 7 once in round 0, got it again/,
    breakage: () => (message) =>
      message.type === 'RESOURCE' && message.sequence === 7 ? [message, message] : [message],
  },
  {
    name: 'begins a second round that nobody asked for',
    asBlackBox: { outcome: 'fail', rule: 'nothing-unasked' },
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
    asBlackBox: { outcome: 'fail', rule: 'nothing-unasked' },
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
    asBlackBox: { outcome: 'fail', rule: 'content-stable' },
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
    asBlackBox: { outcome: 'fail', rule: 'count-in-every-resource' },
    caseId: 'clean',
    rule: 'count-in-every-resource',
    why: /expected count 30, got count 29 in RESOURCE 9/,
    breakage: () => (message) => [
      message.type === 'RESOURCE' && message.sequence === 9 ? { ...message, count: 29 } : message,
    ],
  },
  {
    name: 'lies in ROUND_END about what it sent',
    asBlackBox: { outcome: 'fail', rule: 'round-end-truthful' },
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
    asBlackBox: { outcome: 'fail', rule: 'mismatch-answered' },
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
    asBlackBox: { outcome: 'fail', rule: 'refusal-final' },
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

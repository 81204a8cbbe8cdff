import { batchOf, recordsOf, type PacketBatch } from '../../../../harness/evidence/index.js'
import type { PacketRecord } from '../../../../harness/evidence/index.js'
import { ReportVerdict } from '../../../../harness/endpoint/index.js'
import { requestOf } from './scenario.js'
import { onAsked, type Mutant } from './mutation.js'

/** Endpoints that ask or report wrongly. */
export const endpointMutants: readonly Mutant[] = [
  {
    name: 'says COMPLETE instead of MISMATCH',
    rule: 'losses-recovered-or-reported',
    scenario: 'losses, all again',
    mutation: () => ({ asks: onAsked('COUNT_REPORT', (message) => ({ ...message, verdict: ReportVerdict.COMPLETE })) }),
  },
  {
    name: 'asks once, and is content without a RESPONSE',
    rule: 'losses-recovered-or-reported',
    scenario: 'a lost RESPONSE',
    mutation: () => {
      let requests = 0
      return { asks: onAsked('REQUEST', (message) => (requests++ > 0 ? [] : message)) }
    },
  },
  {
    name: 'says COMPLETE with one fewer than it has',
    rule: 'complete-means-all',
    scenario: 'clean',
    mutation: () => ({ asks: onAsked('COUNT_REPORT', (message) => ({ ...message, received: message.received - 1 })) }),
  },
  {
    name: 'says COMPLETE as soon as anything came',
    rule: 'complete-means-all',
    scenario: 'credit',
    mutation: () => ({
      asks: onAsked('PROGRESS', ({ highest }) => ({
        type: 'COUNT_REPORT',
        verdict: ReportVerdict.COMPLETE,
        round: 0,
        received: highest,
        count: 40,
        missingPackets: 0,
      })),
    }),
  },
  {
    name: 'claims to have one more than it has',
    rule: 'endpoint-truthful',
    scenario: 'losses, all again',
    mutation: () => ({
      asks: onAsked('COUNT_REPORT', (message) => ({
        ...message,
        received: message.received + (message.verdict === ReportVerdict.MISMATCH ? 1 : 0),
      })),
    }),
  },
  {
    name: 'reports another count than it was told',
    rule: 'endpoint-truthful',
    scenario: 'losses, all again',
    mutation: () => ({ asks: onAsked('COUNT_REPORT', (message) => ({ ...message, count: message.count + 1 })) }),
  },
  {
    name: 'gives up in the middle of the first round',
    rule: 'abandon-explained',
    scenario: 'credit',
    mutation: () => ({
      asks: onAsked('PROGRESS', ({ highest }) => ({
        type: 'COUNT_REPORT',
        verdict: ReportVerdict.ABANDON,
        round: 0,
        received: highest,
        count: 40,
        missingPackets: 0,
      })),
    }),
  },
  {
    name: 'never says how it ended',
    rule: 'exchange-ended',
    scenario: 'clean',
    mutation: () => ({ asks: onAsked('COUNT_REPORT', () => []) }),
  },
  {
    name: 'asks anew under the number of an exchange that is over',
    rule: 'exchange-once',
    scenario: 'clean',
    mutation: () => ({ asks: onAsked('COUNT_REPORT', (message) => [message, requestOf({})]) }),
  },
  {
    name: 'sums its CRC over nothing',
    rule: 'traffic-seen',
    scenario: 'clean',
    mutation: () => ({ endpointWrites: (packet) => Uint8Array.of(...packet.subarray(0, -4), 0, 0, 0, 0) }),
  },
]

/** Benches whose evidence is not what happened. */
export const benchMutants: readonly Mutant[] = [
  {
    name: 'loses a batch',
    rule: 'evidence-dense',
    scenario: 'clean',
    mutation: () => ({ publishes: (batch) => (batch.batch === 1 ? [] : [batch]) }),
  },
  {
    name: 'loses everything after the first batch',
    rule: 'evidence-dense',
    scenario: 'clean',
    mutation: () => ({ publishes: (batch) => (batch.batch > 0 ? [] : [batch]) }),
  },
  {
    name: 'loses a record',
    rule: 'evidence-dense',
    scenario: 'clean',
    mutation: () => ({
      publishes: (batch) => (batch.columns.t.length > 1 ? [edited(batch, (records) => records.slice(1))] : []),
    }),
  },
  {
    name: 'numbers a batch as the one before it',
    rule: 'evidence-dense',
    scenario: 'clean',
    mutation: () => ({ publishes: (batch) => [{ ...batch, batch: Math.max(0, batch.batch - 1) }] }),
  },
  {
    name: 'publishes a batch a second time with another packet in it',
    rule: 'evidence-dense',
    scenario: 'clean',
    mutation: () => ({
      publishes: (batch) => [
        batch,
        edited(batch, (records) => records.map((record) => ({ ...record, octets: record.octets + 1 }))),
      ],
    }),
  },
  {
    name: 'claims a million batches before the first',
    rule: 'evidence-dense',
    scenario: 'clean',
    mutation: () => ({ publishes: (batch) => [{ ...batch, batch: batch.batch + 1_000_000 }] }),
  },
  {
    name: 'sets its clock back in the middle',
    rule: 'time-forward',
    scenario: 'losses, all again',
    mutation: () => ({
      publishes: (batch) => [
        edited(batch, (records) => records.map((record) => ({ ...record, t: batch.batch > 0 ? 0 : record.t }))),
      ],
    }),
  },
  {
    name: 'leaves the counts out of its records',
    rule: 'fields-readable',
    scenario: 'clean',
    mutation: () => ({
      publishes: (batch) => [
        edited(batch, (records) =>
          records.map((record) => {
            if (!record.fields || !('count' in record.fields)) return record
            const { count: _, ...fields } = record.fields
            return { ...record, fields }
          }),
        ),
      ],
    }),
  },
  {
    name: 'does not see a packet leave the converter that then arrives',
    rule: 'received-was-sent',
    scenario: 'clean',
    mutation: () => ({
      // Seen elsewhere, so that nothing is missing from the numbers.
      publishes: (batch) => [
        edited(batch, (records) =>
          records.map((record) =>
            record.sequence === 40 && record.at === 'converter-out'
              ? { ...record, at: 'link', fate: 'delayed' }
              : record,
          ),
        ),
      ],
    }),
  },
  {
    name: 'loses what was seen at the converter, and numbers the rest anew',
    rule: 'sides-as-told',
    scenario: 'clean',
    mutation: () => {
      const next = { batch: 0, first: 0 }
      return {
        publishes: (batch) => {
          const left = recordsOf(batch).filter(({ at }) => !at.startsWith('converter-'))
          if (left.length === 0) return []
          const renumbered = batchOf({ ...batch, ...next }, left)
          next.batch++
          next.first += left.length
          return [renumbered]
        },
      }
    },
  },
  {
    name: 'taps a link of somebody else',
    rule: 'traffic-seen',
    scenario: 'clean',
    mutation: () => ({
      publishes: (batch) => [
        edited(batch, (records) =>
          records.map((record) => ({
            ...record,
            fate: 'rejected',
            message: null,
            exchange: null,
            sequence: null,
            round: null,
            content: null,
            fields: null,
            at: record.at === 'converter-out' ? 'endpoint-in' : record.at,
          })),
        ),
      ],
    }),
  },
]

function edited(batch: PacketBatch, edit: (records: readonly PacketRecord[]) => readonly PacketRecord[]): PacketBatch {
  return batchOf(batch, edit(recordsOf(batch)))
}

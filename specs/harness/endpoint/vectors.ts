import type { DescribedPacket, NodeAddress, Packet } from '../../../harness/endpoint/index.js'

/** 00001-00020-00300-04000 */
export const converterNumber = 0x0001_0014_012c_0fa0n
/** 00001-00020-00300-00007 */
export const deviceNumber = 0x0001_0014_012c_0007n

export interface Vector {
  readonly name: string
  readonly encoded: Uint8Array
  readonly decoded: Packet
  readonly described: Omit<DescribedPacket, 'exchange' | 'rejected'>
}

const endpoint: NodeAddress = { metropolitanArea: 1, access: 1 }
const converter: NodeAddress = { metropolitanArea: 1, access: 2 }
const toConverter = {
  destination: converter,
  source: endpoint,
  label: undefined,
  converterNumber,
  exchange: 77,
} as const
const toEndpoint = {
  destination: endpoint,
  source: converter,
  label: undefined,
  converterNumber,
  exchange: 77,
} as const

function octets(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

/** Every packet of docs/protocol.md, section 4, letter for letter. */
export const vectors: readonly Vector[] = [
  {
    name: 'REQUEST',
    encoded: octets(
      '010000000001000201000000000100010000520101010000004d00010014012c0fa000010014012c000700020002000003e80000018bcfe568000000018bd01c568000004e200000000000000000000000003659bf88',
    ),
    decoded: {
      ...toConverter,
      message: {
        type: 'REQUEST',
        selective: true,
        credit: false,
        device: deviceNumber,
        channel: 2,
        kinds: 2,
        limit: 1000,
        fromMs: 1_700_000_000_000n,
        toMs: 1_700_003_600_000n,
        ratePacketsPerSecond: 20_000,
        window: 0,
      },
    },
    described: {
      message: 'REQUEST',
      sequence: null,
      round: null,
      content: null,
      fields: {
        device: '00001-00020-00300-00007',
        channel: 2,
        kinds: 2,
        limit: 1000,
        fromMs: '1700000000000',
        toMs: '1700003600000',
        rate: 20_000,
        window: 0,
        selective: true,
        credit: false,
      },
    },
  },
  {
    name: 'RESPONSE',
    encoded: octets(
      '010000000001000101000000000100020000530101000000004d00010014012c0fa0000000000000000300010014012c00070000018bcfe56cd20000000000000000000000000000000000000000000000008436eaad',
    ),
    decoded: {
      ...toEndpoint,
      message: { type: 'RESPONSE', status: 0, count: 3, device: deviceNumber, snapshotMs: 1_700_000_001_234n },
    },
    described: {
      message: 'RESPONSE',
      sequence: null,
      round: null,
      content: null,
      fields: { status: 'OK', count: 3, device: '00001-00020-00300-00007', snapshotMs: '1700000001234' },
    },
  },
  {
    name: 'RESOURCE',
    encoded: octets(
      '010000000001000101000000000100020000520201000000004d00010014012c0fa000000002000000030000018bcfe568000000018bcfee8fc0000200020000000000000000001000000123456789abcdef030c05a5',
    ),
    decoded: {
      ...toEndpoint,
      message: {
        type: 'RESOURCE',
        sequence: 2,
        count: 3,
        startMs: 1_700_000_000_000n,
        endMs: 1_700_000_600_000n,
        channel: 2,
        kinds: 2,
        round: 0,
        sizeBytes: 1_048_576n,
        key: 0x0123456789abcdefn,
      },
    },
    // The CRC-32 was computed by Python's zlib over the 48 octets of the body, whose round is 0.
    described: { message: 'RESOURCE', sequence: 2, round: 0, content: 'ec2a09dd', fields: null },
  },
  {
    name: 'ROUND_END',
    encoded: octets(
      '010000000001000101000000000100020000520301000000004d00010014012c0fa0000000030000000300000000000000000000000000000000000000000000000000000000000000000000000000000000a0159637',
    ),
    decoded: { ...toEndpoint, message: { type: 'ROUND_END', count: 3, sent: 3, round: 0 } },
    described: {
      message: 'ROUND_END',
      sequence: null,
      round: 0,
      content: null,
      fields: { count: 3, sent: 3, round: 0 },
    },
  },
  {
    name: 'COUNT_REPORT',
    encoded: octets(
      '010000000001000201000000000100010000520401000000004d00010014012c0fa000010000000000020000000300010000000000000000000000000000000000000000000000000000000000000000000043ae84e7',
    ),
    decoded: {
      ...toConverter,
      message: { type: 'COUNT_REPORT', verdict: 1, round: 0, received: 2, count: 3, missingPackets: 1 },
    },
    described: {
      message: 'COUNT_REPORT',
      sequence: null,
      round: 0,
      content: null,
      fields: { verdict: 'MISMATCH', round: 0, received: 2, count: 3, missingPackets: 1 },
    },
  },
  {
    name: 'MISSING',
    encoded: octets(
      `020000000001000202000000000100010000520501000000004d00010014012c0fa00000000100000000000000000000000040${'00'.repeat(1074 - 51)}db892ee2`,
    ),
    decoded: {
      ...toConverter,
      message: {
        type: 'MISSING',
        first: 1,
        round: 0,
        index: 0,
        bitmap: new Uint8Array(1024).fill(0x40, 0, 1),
      },
    },
    described: {
      message: 'MISSING',
      sequence: null,
      round: 0,
      content: null,
      fields: { first: 1, round: 0, index: 0, missing: '2' },
    },
  },
  {
    name: 'PROGRESS',
    encoded: octets(
      '010000000001000201000000000100010000520601000000004d00010014012c0fa0000000020000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ec29672d',
    ),
    decoded: { ...toConverter, message: { type: 'PROGRESS', highest: 2, round: 0 } },
    described: {
      message: 'PROGRESS',
      sequence: null,
      round: 0,
      content: null,
      fields: { highest: 2, round: 0 },
    },
  },
]

import type { Message, NetworkAddress } from '../../../sdk/wire/index.js'

/** One whole packet, both ways. */
export interface Vector {
  readonly name: string
  readonly encoded: Uint8Array
  readonly decoded: { readonly destination: NetworkAddress; readonly source: NetworkAddress; readonly message: Message }
}

const endpoint = { area: 1, access: 1 }
const converter = { area: 1, access: 2 }
const toConverter = { destination: converter, source: endpoint }
const toEndpoint = { destination: endpoint, source: converter }
/** `00001-00020-00300-04000` and `00001-00020-00300-00007`. */
const converterNumber = 0x0001_0014_012c_0fa0n
const deviceNumber = 0x0001_0014_012c_0007n
const header = { exchange: 77, converterNumber }

const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))

/** A bitmap that begins with the octets given. */
function bitmapOf(...octets: readonly number[]): Uint8Array {
  const bitmap = new Uint8Array(1024)
  bitmap.set(octets)
  return bitmap
}

/** The vector gives the first 51 octets, then zeros to octet 1073, then the CRC. */
function missingPacket(): Uint8Array {
  const packet = new Uint8Array(1078)
  packet.set(
    fromHex('020000000001000202000000000100010000520501000000004d00010014012c0fa00000000100000000000000000000000040'),
  )
  packet.set(fromHex('db892ee2'), 1074)
  return packet
}

/** The test vectors of docs/protocol.md, section 4. */
export const VECTORS: readonly Vector[] = [
  {
    name: 'REQUEST: exchange 77, SELECTIVE, channel 2, kinds motion, at most 1000, from 1700000000000 to 1700003600000, 20000 packets/s',
    encoded: fromHex(
      '010000000001000201000000000100010000520101010000004d00010014012c0fa000010014012c000700020002000003e80000018bcfe568000000018bd01c568000004e200000000000000000000000003659bf88',
    ),
    decoded: {
      ...toConverter,
      message: {
        type: 'REQUEST',
        ...header,
        selective: true,
        credit: false,
        deviceNumber,
        channel: 2,
        kinds: 2,
        resourceLimit: 1000,
        fromMs: 1_700_000_000_000,
        toMs: 1_700_003_600_000,
        ratePacketsPerSecond: 20_000,
        windowPackets: 0,
      },
    },
  },
  {
    name: 'RESPONSE: OK, count 3, snapshot 1700000001234',
    encoded: fromHex(
      '010000000001000101000000000100020000530101000000004d00010014012c0fa0000000000000000300010014012c00070000018bcfe56cd20000000000000000000000000000000000000000000000008436eaad',
    ),
    decoded: {
      ...toEndpoint,
      message: {
        type: 'RESPONSE',
        ...header,
        status: 0,
        count: 3,
        deviceNumber,
        snapshotAtMs: 1_700_000_001_234,
      },
    },
  },
  {
    name: 'RESOURCE: sequence 2 of 3, channel 2, motion, round 0, 1048576 octets',
    encoded: fromHex(
      '010000000001000101000000000100020000520201000000004d00010014012c0fa000000002000000030000018bcfe568000000018bcfee8fc0000200020000000000000000001000000123456789abcdef030c05a5',
    ),
    decoded: {
      ...toEndpoint,
      message: {
        type: 'RESOURCE',
        ...header,
        sequence: 2,
        count: 3,
        startMs: 1_700_000_000_000,
        endMs: 1_700_000_600_000,
        channel: 2,
        kinds: 2,
        round: 0,
        sizeBytes: 1_048_576,
        key: 0x0123456789abcdefn,
      },
    },
  },
  {
    name: 'ROUND_END: count 3, sent 3, round 0',
    encoded: fromHex(
      '010000000001000101000000000100020000520301000000004d00010014012c0fa0000000030000000300000000000000000000000000000000000000000000000000000000000000000000000000000000a0159637',
    ),
    decoded: {
      ...toEndpoint,
      message: {
        type: 'ROUND_END',
        ...header,
        count: 3,
        sentCount: 3,
        round: 0,
      },
    },
  },
  {
    name: 'COUNT_REPORT: MISMATCH, round 0, received 2 of 3, 1 MISSING packet',
    encoded: fromHex(
      '010000000001000201000000000100010000520401000000004d00010014012c0fa000010000000000020000000300010000000000000000000000000000000000000000000000000000000000000000000043ae84e7',
    ),
    decoded: {
      ...toConverter,
      message: {
        type: 'COUNT_REPORT',
        ...header,
        verdict: 1,
        round: 0,
        receivedCount: 2,
        count: 3,
        missingPackets: 1,
      },
    },
  },
  {
    name: 'MISSING: sequence 2 of 3, round 0',
    encoded: missingPacket(),
    decoded: {
      ...toConverter,
      message: {
        type: 'MISSING',
        ...header,
        firstSequence: 1,
        round: 0,
        index: 0,
        bitmap: bitmapOf(0x40),
      },
    },
  },
  {
    name: 'PROGRESS: highest sequence 2, round 0',
    encoded: fromHex(
      '010000000001000201000000000100010000520601000000004d00010014012c0fa0000000020000000000000000000000000000000000000000000000000000000000000000000000000000000000000000ec29672d',
    ),
    decoded: {
      ...toConverter,
      message: {
        type: 'PROGRESS',
        ...header,
        highestSequence: 2,
        round: 0,
      },
    },
  },
]

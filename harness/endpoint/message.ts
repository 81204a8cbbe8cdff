/** What a RESPONSE may say (docs/protocol.md, section 2). */
export const ResponseStatus = {
  OK: 0,
  PENDING: 1,
  UNKNOWN_DEVICE: 2,
  DEVICE_UNREACHABLE: 3,
  DEVICE_REFUSED: 4,
  DEVICE_FAULT: 5,
  BAD_REQUEST: 6,
  BUSY: 7,
  NOT_SUPPORTED: 8,
} as const

/** What a COUNT_REPORT may say (docs/protocol.md, section 2). */
export const ReportVerdict = { COMPLETE: 0, MISMATCH: 1, ABANDON: 2 } as const

/** Asks for the recording resources of one device. */
export interface RequestMessage {
  readonly type: 'REQUEST'
  /** MISSING follows each MISMATCH, and only the missing resources are wanted again. */
  readonly selective: boolean
  /** PROGRESS follows, and at most {@link RequestMessage.window} packets are taken beyond what it last said. */
  readonly credit: boolean
  readonly device: bigint
  /** 0: all. */
  readonly channel: number
  /** A bit set: 1 continuous, 2 motion, 4 alarm, 8 manual. 0: all. */
  readonly kinds: number
  /** Most resources wanted; 0: no limit. */
  readonly limit: number
  /** 0: from the earliest. */
  readonly fromMs: bigint
  /** Exclusive; 0: open. */
  readonly toMs: bigint
  /** Most packets per second; 0: the converter's default. */
  readonly ratePacketsPerSecond: number
  /** Packets; 0 without credit. */
  readonly window: number
}

/** The converter's answer. */
export interface ResponseMessage {
  readonly type: 'RESPONSE'
  /** One of {@link ResponseStatus}, or a number that the protocol does not name. */
  readonly status: number
  readonly count: number
  readonly device: bigint
  readonly snapshotMs: bigint
}

/** One recording resource. */
export interface ResourceMessage {
  readonly type: 'RESOURCE'
  /** From 1. */
  readonly sequence: number
  readonly count: number
  readonly startMs: bigint
  /** Exclusive; 0: still recording. */
  readonly endMs: bigint
  /** From 1. */
  readonly channel: number
  /** A bit set as in the REQUEST; 0: not told. */
  readonly kinds: number
  readonly round: number
  /** 0: not told. */
  readonly sizeBytes: bigint
  /** The first 8 octets of SHA-256 of the device's own identity of the recording. */
  readonly key: bigint
}

/** The converter has sent all that it sends in this round. */
export interface RoundEndMessage {
  readonly type: 'ROUND_END'
  readonly count: number
  /** RESOURCE packets sent in this round. */
  readonly sent: number
  readonly round: number
}

/** What the endpoint has after a round. */
export interface CountReportMessage {
  readonly type: 'COUNT_REPORT'
  /** One of {@link ReportVerdict}, or a number that the protocol does not name. */
  readonly verdict: number
  /** The round that it answers. */
  readonly round: number
  /** Distinct resources received. */
  readonly received: number
  /** As the endpoint knows it; 0: never told. */
  readonly count: number
  /** MISSING packets sent with this report; 0: send everything again. */
  readonly missingPackets: number
}

/** Which of 8192 sequences are missing; travels in a data packet. */
export interface MissingMessage {
  readonly type: 'MISSING'
  /** The sequence of the first bit. */
  readonly first: number
  readonly round: number
  /** Index of this packet among those of the report, from 0. */
  readonly index: number
  /** 1024 octets, most significant bit of octet 0 first, 1: missing. A view where it was decoded. */
  readonly bitmap: Uint8Array
}

/** How far the endpoint has come, where it gives credit. */
export interface ProgressMessage {
  readonly type: 'PROGRESS'
  /** Highest sequence received in this round. */
  readonly highest: number
  readonly round: number
}

/** Every message of docs/protocol.md, section 2. */
export type Message =
  | RequestMessage
  | ResponseMessage
  | ResourceMessage
  | RoundEndMessage
  | CountReportMessage
  | MissingMessage
  | ProgressMessage

/** An address in the access network. */
export interface NodeAddress {
  /** Metropolitan-area address, 40 bits. */
  readonly metropolitanArea: number
  /** Access address, 16 bits. */
  readonly access: number
}

/** One packet with all that it says. */
export interface Packet {
  readonly destination: NodeAddress
  readonly source: NodeAddress
  /** 16 bits; undefined where the packet carries no label. */
  readonly label: number | undefined
  /** External message number of the conversion server. */
  readonly converterNumber: bigint
  /** Names one request and all that answers it; a legal one is not 0. */
  readonly exchange: number
  readonly message: Message
}

/** The protocol's name of a RESPONSE status, or its decimal where the protocol has none. */
export function statusName(status: number): string {
  return nameOf(ResponseStatus, status)
}

/** The protocol's name of a COUNT_REPORT verdict, or its decimal where the protocol has none. */
export function verdictName(verdict: number): string {
  return nameOf(ReportVerdict, verdict)
}

function nameOf(names: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(names).find((name) => names[name] === value) ?? value.toString()
}

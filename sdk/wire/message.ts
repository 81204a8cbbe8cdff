/** What the endpoint gets told of a request (docs/protocol.md, RESPONSE). */
export const ResponseStatus = {
  ok: 0,
  /** The device is still being asked; another RESPONSE follows. */
  pending: 1,
  unknownDevice: 2,
  deviceUnreachable: 3,
  /** The device refused the converter's credentials. */
  deviceRefused: 4,
  /** The device answered, but unusably. */
  deviceFault: 5,
  badRequest: 6,
  busy: 7,
  /** The device cannot list recordings. */
  notSupported: 8,
} as const
export type ResponseStatus = (typeof ResponseStatus)[keyof typeof ResponseStatus]

/** What an endpoint makes of a round (docs/protocol.md, COUNT_REPORT). */
export const CountVerdict = { complete: 0, mismatch: 1, abandon: 2 } as const
export type CountVerdict = (typeof CountVerdict)[keyof typeof CountVerdict]

/** What every message carries. */
export interface MessageHeader {
  /** Names one request and all that answers it; 1–0xffffffff, chosen by the requester. */
  readonly exchange: number
  /** External message number of the conversion server, 64 bits. */
  readonly converterNumber: bigint
}

/** Endpoint → converter: which recordings of which device are wanted. */
export interface Request extends MessageHeader {
  readonly type: 'REQUEST'
  /** The endpoint will name what it lacks and wants only that again. */
  readonly selective: boolean
  /** The endpoint reports progress and takes at most `windowPackets` beyond it. */
  readonly credit: boolean
  readonly deviceNumber: bigint
  /** 0: all. */
  readonly channel: number
  /** Kinds wanted, a bit set; 0: all. */
  readonly kinds: number
  /** Most resources wanted; 0: no limit. */
  readonly resourceLimit: number
  /** Milliseconds since 1970; 0: from the earliest. */
  readonly fromMs: number
  /** Milliseconds since 1970, exclusive; 0: open. */
  readonly toMs: number
  /** 0: the converter's default. */
  readonly ratePacketsPerSecond: number
  /** With `credit` only, otherwise 0. */
  readonly windowPackets: number
}

/** Converter → endpoint: whether resources follow, and how many. */
export interface Response extends MessageHeader {
  readonly type: 'RESPONSE'
  readonly status: ResponseStatus
  /** Resources that follow; 0 unless the status is OK. */
  readonly count: number
  readonly deviceNumber: bigint
  /** When the device's list was complete, ms since 1970; 0 where there is none. */
  readonly snapshotAtMs: number
}

/** Converter → endpoint: one recording resource. */
export interface Resource extends MessageHeader {
  readonly type: 'RESOURCE'
  /** From 1 to `count`. */
  readonly sequence: number
  readonly count: number
  readonly startMs: number
  /** Exclusive; 0: still recording. */
  readonly endMs: number
  readonly channel: number
  /** Kind bits; 0: not told. */
  readonly kinds: number
  readonly round: number
  /** 0: not told. */
  readonly sizeBytes: number
  /** First 8 octets of SHA-256 of the device's own identity of the recording. */
  readonly key: bigint
}

/** Converter → endpoint: everything of this round has been sent. */
export interface RoundEnd extends MessageHeader {
  readonly type: 'ROUND_END'
  readonly count: number
  /** RESOURCE packets sent in this round. */
  readonly sentCount: number
  readonly round: number
}

/** Endpoint → converter: the first information (第一信息), how many arrived. */
export interface CountReport extends MessageHeader {
  readonly type: 'COUNT_REPORT'
  readonly verdict: CountVerdict
  /** The round it answers. */
  readonly round: number
  /** Distinct resources received. */
  readonly receivedCount: number
  /** Count as the endpoint knows it; 0: never told. */
  readonly count: number
  /** MISSING packets sent with this report; 0: send everything again. */
  readonly missingPackets: number
}

/** Endpoint → converter: which sequences it lacks, as one bitmap. */
export interface Missing extends MessageHeader {
  readonly type: 'MISSING'
  /** Sequence of the first bit. */
  readonly firstSequence: number
  readonly round: number
  /** Index of this packet among those of its report, from 0. */
  readonly index: number
  /** 1024 octets, most significant bit of the first octet first; a set bit is a missing sequence. Decoded: a view into the packet. */
  readonly bitmap: Uint8Array
}

/** Endpoint → converter: how far it has come, with CREDIT. */
export interface Progress extends MessageHeader {
  readonly type: 'PROGRESS'
  /** Highest sequence received in this round. */
  readonly highestSequence: number
  readonly round: number
}

/** Any message of the protocol. */
export type Message = Request | Response | Resource | RoundEnd | CountReport | Missing | Progress

import type { FlowTotals, PacketBatch } from '../batch.js'
import { EvidenceError, EvidenceErrorCode } from '../errors.js'
import { ObservationPoint, type PacketRecord } from '../record.js'
import type { DescribePacket } from '../recorder.js'
import type { Side } from '../sides.js'
import { optionsOf, type Block, type BlockOption } from './block-splitter.js'
import { CaptureBatch } from './capture-batch.js'
import { ETHER_TYPE, ETHERNET_HEADER_OCTETS } from './ethernet-frame.js'
import {
  BlockType,
  LINK_TYPE_ETHERNET,
  MICROSECONDS,
  OptionCode,
  PACKET_HEADER_OCTETS,
  padded,
  VERSION,
} from './layout.js'
import {
  parsePacketComment,
  parseSectionComment,
  parseTotalsComment,
  type PacketComment,
  type SectionComment,
} from './packet-comment.js'

/** What a capture brings: whose packets it holds, its batches, and at last how much evidence there must be. */
export type CaptureEntry =
  | { readonly type: 'sides'; readonly sides: readonly Side[] }
  | { readonly type: 'packets'; readonly batch: PacketBatch }
  | { readonly type: 'totals'; readonly flows: Readonly<Record<string, FlowTotals>> }

interface Interface {
  readonly point: ObservationPoint
  hasEnded: boolean
}

/** Batches from the blocks of one capture. Nothing in it is believed before it is checked; blocks of other types are passed over. */
export class CaptureDecoder {
  readonly #path: string
  readonly #describe: DescribePacket
  readonly #run: string | undefined
  readonly #interfaces: Interface[] = []
  readonly #totals = new Map<string, FlowTotals>()
  #section: SectionComment | undefined
  #batch: CaptureBatch | undefined

  /** @param run - what run it must be; undefined: any */
  constructor(path: string, describe: DescribePacket, run: string | undefined) {
    this.#path = path
    this.#describe = describe
    this.#run = run
  }

  /**
   * Take the next block.
   *
   * @returns what is known with it: of the section, whose packets there are; of a packet, the batch before it
   * @throws {@link EvidenceError}
   */
  receive(block: Block): CaptureEntry | undefined {
    switch (block.type) {
      case BlockType.sectionHeader:
        this.#section = this.#sectionOf(block)
        return { type: 'sides', sides: this.#section.sides }
      case BlockType.interfaceDescription:
        this.#interfaces.push(this.#interfaceOf(block))
        return undefined
      case BlockType.interfaceStatistics:
        this.#receiveStatistics(block)
        return undefined
      case BlockType.enhancedPacket:
        return this.#receivePacket(block)
      default:
        return undefined
    }
  }

  /**
   * The file is at its end.
   *
   * @param totalsKnown - it will do when the capture does not say how much evidence there must be
   * @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT` when the capture does not say how much evidence there must be
   */
  finish(totalsKnown: boolean): CaptureEntry[] {
    const last: CaptureEntry[] = this.#batch ? [{ type: 'packets', batch: this.#batch.finish() }] : []
    const missing = this.#interfaces.find(({ hasEnded }) => !hasEnded)?.point
    if (missing !== undefined || this.#interfaces.length === 0) {
      if (totalsKnown) return last
      const message = `expected statistics of ${missing ?? 'every interface'} at the end, got none: the run or the file was cut off`
      throw new EvidenceError(EvidenceErrorCode.format, this.#path, message)
    }
    return [...last, { type: 'totals', flows: Object.fromEntries(this.#totals) }]
  }

  #sectionOf(block: Block): SectionComment {
    if (this.#section) throw refusal(block, 'expected one section, got another')
    if (block.body.byteLength < 16)
      throw refusal(block, `section header: expected 16 octets, got ${block.body.byteLength}`)
    const major = block.body.getUint16(4, block.littleEndian)
    if (major !== VERSION.major) throw refusal(block, `expected pcapng version ${VERSION.major}, got ${major}`)
    const section = commented(block, optionsOf(block, 16), 'run=', parseSectionComment)
    if (this.#run !== undefined && section.run !== this.#run) throw foreign(block, this.#run, section.run)
    return section
  }

  #interfaceOf(block: Block): Interface {
    if (block.body.byteLength < 8) throw refusal(block, `interface: expected 8 octets, got ${block.body.byteLength}`)
    const linkType = block.body.getUint16(0, block.littleEndian)
    if (linkType !== LINK_TYPE_ETHERNET)
      throw refusal(block, `expected link type ${LINK_TYPE_ETHERNET}, got ${linkType}`)
    const options = optionsOf(block, 8)
    const name = textOf(optionOf(options, OptionCode.interfaceName))
    const point = ObservationPoint.find((each) => each === name)
    if (!point || this.#interfaces.some((each) => each.point === point)) {
      throw refusal(
        block,
        `expected each of ${ObservationPoint.join(', ')} once as an interface, got '${name.slice(0, 64)}'`,
      )
    }
    const resolution = optionOf(options, OptionCode.interfaceTimeResolution)?.[0] ?? MICROSECONDS
    if (resolution !== MICROSECONDS) throw refusal(block, `if_tsresol: expected ${MICROSECONDS}, got ${resolution}`)
    if (optionOf(options, OptionCode.interfaceTimeOffset)?.some((octet) => octet !== 0)) {
      throw refusal(block, 'if_tsoffset: expected 0, got another')
    }
    return { point, hasEnded: false }
  }

  #receiveStatistics(block: Block): void {
    if (block.body.byteLength < 12) throw refusal(block, `statistics: expected 12 octets, got ${block.body.byteLength}`)
    const captured = this.#interfaceAt(block)
    if (captured.hasEnded) throw refusal(block, `expected statistics of ${captured.point} once, got them again`)
    captured.hasEnded = true
    for (const { code, value } of optionsOf(block, 12)) {
      const text = textOf(value)
      if (code !== OptionCode.comment || !text.startsWith('flow=')) continue
      const { flow, batches, records } = parseTotalsComment(text, block.where)
      this.#totals.set(flow, { batches, records })
    }
  }

  #receivePacket(block: Block): CaptureEntry | undefined {
    const { point } = this.#interfaceAt(block)
    const { packet, options } = framedPacket(block)
    const comment = commented(block, options, 'run=', parsePacketComment)
    const run = this.#section?.run ?? ''
    if (comment.run !== run) throw foreign(block, run, comment.run)
    const record = this.#record(block, comment, point, packet)
    const before = this.#batch
    const batch = before?.holds(comment) ? before : new CaptureBatch(comment)
    batch.add(comment, record, block.where)
    this.#batch = batch
    return before === undefined || before === batch ? undefined : { type: 'packets', batch: before.finish() }
  }

  #record(block: Block, { fate }: PacketComment, at: ObservationPoint, packet: Buffer): PacketRecord {
    const { message, exchange, sequence, round, content, fields } = this.#describe(packet)
    return {
      t: this.#time(block),
      at,
      fate,
      message,
      exchange,
      sequence,
      round,
      octets: packet.length,
      content,
      fields,
      bytes: packet.toString('base64'),
    }
  }

  /** Microseconds since the run began. */
  #time({ body, littleEndian, where }: Block): number {
    const absolute = body.getUint32(4, littleEndian) * 2 ** 32 + body.getUint32(8, littleEndian)
    const t = absolute - (this.#section?.startedAtMs ?? 0) * 1000
    if (Number.isSafeInteger(absolute) && t >= 0) return t
    const message = `expected a time since the run began at ${this.#section?.startedAtMs ?? 0} ms, got ${absolute} µs`
    throw new EvidenceError(EvidenceErrorCode.format, where, message)
  }

  #interfaceAt(block: Block): Interface {
    const index = block.body.byteLength < 4 ? -1 : block.body.getUint32(0, block.littleEndian)
    const captured = this.#interfaces[index]
    if (!captured) throw refusal(block, `expected one of ${this.#interfaces.length} interfaces, got number ${index}`)
    return captured
  }
}

/** The packet within the frame of an enhanced packet block; a view. */
function framedPacket(block: Block): { packet: Buffer; options: BlockOption[] } {
  const { body, littleEndian } = block
  if (body.byteLength < PACKET_HEADER_OCTETS) {
    throw refusal(block, `packet: expected ${PACKET_HEADER_OCTETS} octets or more, got ${body.byteLength}`)
  }
  const captured = body.getUint32(12, littleEndian)
  const original = body.getUint32(16, littleEndian)
  const room = body.byteLength - PACKET_HEADER_OCTETS
  if (captured > room) throw refusal(block, `frame: expected at most ${room} octets, got ${captured}`)
  if (captured !== original) throw refusal(block, `frame: expected ${original} octets, got ${captured}: it was cut`)
  if (captured < ETHERNET_HEADER_OCTETS) {
    throw refusal(block, `frame: expected ${ETHERNET_HEADER_OCTETS} octets or more, got ${captured}`)
  }
  const etherType = body.getUint16(PACKET_HEADER_OCTETS + 12)
  if (etherType !== ETHER_TYPE) {
    throw refusal(
      block,
      `expected EtherType 0x${ETHER_TYPE.toString(16)}, got 0x${etherType.toString(16).padStart(4, '0')}`,
    )
  }
  const start = body.byteOffset + PACKET_HEADER_OCTETS + ETHERNET_HEADER_OCTETS
  return {
    packet: Buffer.from(body.buffer, start, captured - ETHERNET_HEADER_OCTETS),
    options: optionsOf(block, PACKET_HEADER_OCTETS + padded(captured)),
  }
}

/** The comment of ours; whoever looks into a capture may add comments of his own. */
function commented<Comment>(
  block: Block,
  options: readonly BlockOption[],
  beginning: string,
  parse: (text: string, where: string) => Comment,
): Comment {
  for (const { code, value } of options) {
    if (code !== OptionCode.comment) continue
    const text = textOf(value)
    if (text.startsWith(beginning)) return parse(text, block.where)
  }
  throw refusal(block, `expected a comment '${beginning}…', got none: not written by a run`)
}

function optionOf(options: readonly BlockOption[], code: number): Uint8Array | undefined {
  return options.find((option) => option.code === code)?.value
}

function textOf(value: Uint8Array | undefined): string {
  return value ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString() : ''
}

function refusal({ where }: Block, message: string): EvidenceError {
  return new EvidenceError(EvidenceErrorCode.format, where, message)
}

function foreign({ where }: Block, expected: string, got: string): EvidenceError {
  return new EvidenceError(EvidenceErrorCode.foreign, where, `expected run '${expected}', got '${got}'`)
}

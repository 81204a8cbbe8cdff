import { EvidenceError, EvidenceErrorCode } from '../errors.js'
import { BLOCK_FRAME_OCTETS, BlockType, BYTE_ORDER_MAGIC, MAX_BLOCK_OCTETS, OptionCode, padded } from './layout.js'

/** One block of a pcapng file. */
export interface Block {
  readonly type: number
  /** What stands between the block's two lengths; a view, good until the next block is taken. */
  readonly body: DataView
  readonly littleEndian: boolean
  /** `FILE, octet N`: where it begins, for errors. */
  readonly where: string
}

/** Cuts a pcapng file into blocks as its octets arrive; no more than one block waits for its end. */
export class BlockSplitter {
  readonly #path: string
  #littleEndian: boolean | undefined
  #pieces: Uint8Array[] = []
  #held = 0
  /** What must be held before there is anything more to do. */
  #wanted = BLOCK_FRAME_OCTETS
  /** Where the block that is being collected begins in the file. */
  #offset = 0

  constructor(path: string) {
    this.#path = path
  }

  /**
   * Take the next octets of the file.
   *
   * @returns the blocks that are complete with them
   * @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT`, `ERR_VIEWNET_EVIDENCE_SIZE`
   */
  *push(chunk: Uint8Array): Generator<Block, void, undefined> {
    this.#pieces.push(chunk)
    this.#held += chunk.length
    if (this.#held < this.#wanted) return
    const octets = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces)
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
    let at = 0
    for (;;) {
      this.#wanted = BLOCK_FRAME_OCTETS
      if (view.byteLength - at < this.#wanted) break
      this.#wanted = this.#blockLength(view, at)
      if (view.byteLength - at < this.#wanted) break
      yield this.#block(view, at, this.#wanted)
      at += this.#wanted
      this.#offset += this.#wanted
    }
    // A copy: what is left is little, and would keep the whole chunk.
    this.#pieces = [new Uint8Array(octets.subarray(at))]
    this.#held = octets.length - at
  }

  /** @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT` when the file ends within a block, or holds none */
  end(): void {
    if (this.#held > 0 || this.#littleEndian === undefined) {
      throw this.#error(
        `expected a block of ${this.#wanted} octets or more, got the end of the file after ${this.#held}`,
      )
    }
  }

  #blockLength(view: DataView, at: number): number {
    // A section's byte order is told after the length of its header; its type is the same in both.
    if (view.getUint32(at) === BlockType.sectionHeader) this.#littleEndian = this.#byteOrder(view, at + 8)
    if (this.#littleEndian === undefined) {
      throw this.#error(`expected the section header of a pcapng file, got ${hex(view.getUint32(at))}`)
    }
    const octets = view.getUint32(at + 4, this.#littleEndian)
    if (octets > MAX_BLOCK_OCTETS) {
      throw this.#error(`expected a block of at most ${MAX_BLOCK_OCTETS} octets, got ${octets}`, EvidenceErrorCode.size)
    }
    if (octets < BLOCK_FRAME_OCTETS || octets % 4 !== 0) {
      throw this.#error(`expected a block length of 12 or more, a multiple of 4, got ${octets}`)
    }
    return octets
  }

  #byteOrder(view: DataView, at: number): boolean {
    if (view.getUint32(at, true) === BYTE_ORDER_MAGIC) return true
    if (view.getUint32(at, false) === BYTE_ORDER_MAGIC) return false
    throw this.#error(`expected the byte-order magic ${hex(BYTE_ORDER_MAGIC)}, got ${hex(view.getUint32(at))}`)
  }

  #block(view: DataView, at: number, octets: number): Block {
    const littleEndian = this.#littleEndian ?? true
    const again = view.getUint32(at + octets - 4, littleEndian)
    if (again !== octets) throw this.#error(`expected the block length ${octets} again at its end, got ${again}`)
    return {
      type: view.getUint32(at, littleEndian),
      body: new DataView(view.buffer, view.byteOffset + at + 8, octets - BLOCK_FRAME_OCTETS),
      littleEndian,
      where: `${this.#path}, octet ${this.#offset}`,
    }
  }

  #error(message: string, code: EvidenceErrorCode = EvidenceErrorCode.format): EvidenceError {
    return new EvidenceError(code, `${this.#path}, octet ${this.#offset}`, message)
  }
}

/** One option of a block. */
export interface BlockOption {
  readonly code: number
  /** A view into the block. */
  readonly value: Uint8Array
}

/**
 * The options that stand at the end of a block.
 *
 * @param offset - where they begin in the block's body
 * @throws {@link EvidenceError} `ERR_VIEWNET_EVIDENCE_FORMAT` when one reaches beyond the block
 */
export function optionsOf({ body, littleEndian, where }: Block, offset: number): BlockOption[] {
  const options: BlockOption[] = []
  let at = offset
  while (at + 4 <= body.byteLength) {
    const code = body.getUint16(at, littleEndian)
    const octets = body.getUint16(at + 2, littleEndian)
    if (code === OptionCode.end) break
    at += 4
    if (at + octets > body.byteLength) {
      const message = `option ${code}: expected at most ${body.byteLength - at} octets, got ${octets}`
      throw new EvidenceError(EvidenceErrorCode.format, where, message)
    }
    options.push({ code, value: new Uint8Array(body.buffer, body.byteOffset + at, octets) })
    at += padded(octets)
  }
  return options
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`
}

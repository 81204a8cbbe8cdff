/** Blocks of pcapng written by hand, from the draft alone, in either byte order. */
export interface Order {
  readonly littleEndian: boolean
}

type Option = readonly [code: number, value: string | readonly number[]]

export class BlockMaker {
  readonly #littleEndian: boolean

  constructor({ littleEndian }: Order) {
    this.#littleEndian = littleEndian
  }

  u16(value: number): number[] {
    const octets = [value >> 8, value & 0xff]
    return this.#littleEndian ? octets.toReversed() : octets
  }

  u32(value: number): number[] {
    const octets = [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff)
    return this.#littleEndian ? octets.toReversed() : octets
  }

  block(type: number, body: readonly number[], options: readonly Option[] = []): number[] {
    const content = [...body, ...options.flatMap((each) => this.#option(each))]
    if (options.length > 0) content.push(0, 0, 0, 0)
    const length = this.u32(content.length + 12)
    return [...this.u32(type), ...length, ...content, ...length]
  }

  section(comment: string): number[] {
    const unknownLength = [255, 255, 255, 255, 255, 255, 255, 255]
    const body = [...this.u32(0x1a2b3c4d), ...this.u16(1), ...this.u16(0), ...unknownLength]
    return this.block(0x0a0d0d0a, body, [[1, comment]])
  }

  interface(name: string, more: readonly Option[] = [], linkType = 1): number[] {
    return this.block(1, [...this.u16(linkType), 0, 0, ...this.u32(0)], [[2, name], ...more])
  }

  packet(
    index: number,
    timeMicroseconds: number,
    frame: Uint8Array | readonly number[],
    comment: string,
    cut = 0,
  ): number[] {
    const time = [...this.u32(Math.floor(timeMicroseconds / 2 ** 32)), ...this.u32(timeMicroseconds % 2 ** 32)]
    const lengths = [...this.u32(frame.length), ...this.u32(frame.length + cut)]
    return this.block(6, [...this.u32(index), ...time, ...lengths, ...pad([...frame])], [[1, comment]])
  }

  statistics(index: number, comments: readonly string[] = []): number[] {
    return this.block(
      5,
      [...this.u32(index), ...this.u32(0), ...this.u32(0)],
      comments.map((each) => [1, each] as const),
    )
  }

  #option([code, value]: Option): number[] {
    const octets = typeof value === 'string' ? [...Buffer.from(value)] : value
    return [...this.u16(code), ...this.u16(octets.length), ...pad(octets)]
  }
}

function pad(octets: readonly number[]): number[] {
  return [...octets, ...[0, 0, 0].slice(0, (4 - (octets.length % 4)) % 4)]
}

/** A frame as it stands on the wire; MAC addresses that no run would make up. */
export function frameOf(packet: Uint8Array, etherType = 0x88b5): number[] {
  return [6, 5, 4, 3, 2, 1, 1, 2, 3, 4, 5, 6, etherType >> 8, etherType & 0xff, ...packet]
}

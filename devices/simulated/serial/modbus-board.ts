import { SimulatedRelayBoard, type RelayBoardOptions } from './relay-boards.js'

const READ_COILS = 1
const WRITE_COIL = 5
const REQUEST_OCTETS = 8
/** Exception codes of the Modbus Application Protocol. */
const ILLEGAL_FUNCTION = 1
const ILLEGAL_ADDRESS = 2
const ILLEGAL_VALUE = 3

/** A Modbus RTU relay board, whose relays are the coils from 0 on. */
export class SimulatedModbusBoard extends SimulatedRelayBoard {
  readonly #unit: number

  constructor({ unit = 1, ...options }: RelayBoardOptions & { readonly unit?: number } = {}) {
    super(options)
    this.#unit = unit
  }

  protected obey(octets: Buffer): number {
    if (octets.length < REQUEST_OCTETS) return 0
    const request = octets.subarray(0, REQUEST_OCTETS)
    // Who does not understand a frame, or is not meant, says nothing.
    if (crc16(request.subarray(0, -2)) !== request.readUInt16LE(REQUEST_OCTETS - 2)) return 1
    if (request[0] === this.#unit) this.#reply(request)
    return REQUEST_OCTETS
  }

  #reply(request: Buffer): void {
    const code = request.readUInt8(1)
    const address = request.readUInt16BE(2)
    const value = request.readUInt16BE(4)
    if (code === WRITE_COIL) {
      if (value !== 0xff00 && value !== 0) return this.#refuse(code, ILLEGAL_VALUE)
      if (!this.energise(address, value === 0xff00)) return this.#refuse(code, ILLEGAL_ADDRESS)
      return this.#frame([...request.subarray(1, 6)])
    }
    if (code !== READ_COILS) return this.#refuse(code, ILLEGAL_FUNCTION)
    const coils = this.relays.slice(address, address + value)
    if (value === 0 || coils.length < value) return this.#refuse(code, ILLEGAL_ADDRESS)
    const bits = new Uint8Array(Math.ceil(value / 8))
    for (const [at, { isEnergised }] of coils.entries()) {
      if (isEnergised) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7))
    }
    this.#frame([code, bits.length, ...bits])
  }

  #refuse(code: number, exception: number): void {
    this.#frame([code | 0x80, exception])
  }

  #frame(body: readonly number[]): void {
    const frame = Buffer.from([this.#unit, ...body, 0, 0])
    frame.writeUInt16LE(crc16(frame.subarray(0, -2)), frame.length - 2)
    this.answer(frame)
  }
}

/** CRC-16/MODBUS, as in "MODBUS over Serial Line", appendix B. */
function crc16(octets: Uint8Array): number {
  let crc = 0xffff
  for (const octet of octets) {
    crc ^= octet
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
  }
  return crc
}

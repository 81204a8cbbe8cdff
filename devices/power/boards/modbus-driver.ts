import { EventEmitter } from 'node:events'
import type { ModbusRTU } from 'modbus-serial/ModbusRTU.js'
import type { ParsedOptionsOf } from '../options.js'
import type { OutletDriver } from '../outlet-driver.js'
import { OutletFault } from '../outlet-fault.js'
import type { OutletState } from '../power-outlet.js'
import { energisedWhen } from './board-driver.js'
import { hexOf, type Question } from './question.js'
import { shareBoard, unshareBoard, type BoardPlan, type SerialBoard } from './serial-board.js'

/**
 * A coil of a Modbus RTU relay board: Write Single Coil (05) and Read Coils (01) of the Modbus Application Protocol, version 1.1b3. modbus-serial makes and
 * reads the frames; they go over our port, which knows of losses and is found again after them.
 */
export class ModbusDriver implements OutletDriver {
  readonly readback = 'state'
  readonly #plan: BoardPlan
  readonly #options: ParsedOptionsOf<'modbus-rtu'>
  #board: SerialBoard | undefined
  #client: ModbusRTU | undefined
  #port: BoardPort | undefined

  constructor(plan: BoardPlan, options: ParsedOptionsOf<'modbus-rtu'>) {
    this.#plan = plan
    this.#options = options
  }

  async open(signal: AbortSignal | undefined): Promise<void> {
    const board = shareBoard(this.#plan)
    try {
      await board.open(signal)
      // Loaded only here: it brings the native binding with it.
      const { default: modbus } = await import('modbus-serial')
      const port = new BoardPort(board)
      const client = new modbus.default(port)
      client.setID(this.#options.unit)
      await new Promise<void>((resolve) => client.open(() => resolve()))
      this.#client = client
      this.#port = port
      this.#board = board
    } catch (error) {
      await unshareBoard(board)
      throw error
    }
  }

  async switchTo(to: 'on' | 'off', signal: AbortSignal | undefined): Promise<void> {
    const isEnergised = energisedWhen(to, this.#options.wiring)
    await this.#ask(signal, (client) => client.writeCoil(this.#options.coil, isEnergised))
  }

  async read(signal: AbortSignal | undefined): Promise<OutletState> {
    const { data } = await this.#ask(signal, (client) => client.readCoils(this.#options.coil, 1))
    return data[0] === energisedWhen('on', this.#options.wiring) ? 'on' : 'off'
  }

  async close(): Promise<void> {
    if (this.#board !== undefined) await unshareBoard(this.#board)
    this.#board = undefined
  }

  async #ask<T>(signal: AbortSignal | undefined, ask: (client: ModbusRTU) => Promise<T>): Promise<T> {
    // Outlets call their driver only between open and close.
    const port = this.#port!
    const failed = port.prepare(signal)
    try {
      return await Promise.race([ask(this.#client!), failed])
    } catch (error) {
      // Only modbus-serial throws plain errors: wrong checksum, wrong unit, an exception of the board.
      if (error instanceof Error && error.constructor === Error) {
        throw new OutletFault('answer', `${error.message}: ${hexOf(port.answer)}`, { cause: error })
      }
      throw error
    }
  }
}

const READ_COILS = 1
/** Unit, function, and what follows in an exception: its code and the checksum. */
const EXCEPTION_OCTETS = 5
const WRITE_ANSWER_OCTETS = 8

/** What modbus-serial takes for a port: it writes a request, and is given one whole frame. */
class BoardPort extends EventEmitter {
  readonly isOpen = true
  readonly #board: SerialBoard
  #signal: AbortSignal | undefined
  #fail: (error: unknown) => void = () => undefined
  answer: Uint8Array = new Uint8Array()

  constructor(board: SerialBoard) {
    super()
    this.#board = board
  }

  /** Before each request; the promise is rejected when the board did not answer it. */
  prepare(signal: AbortSignal | undefined): Promise<never> {
    this.#signal = signal
    this.answer = new Uint8Array()
    return new Promise<never>((_, reject) => {
      this.#fail = reject
    })
  }

  open(callback: (error: Error | null) => void): void {
    callback(null)
  }

  close(callback: (error: Error | null) => void): void {
    callback(null)
  }

  write(request: Buffer): void {
    this.#board.ask(frameAfter(request), this.#signal).then(
      (frame) => {
        this.answer = frame
        return this.emit('data', Buffer.from(frame))
      },
      (error: unknown) => this.#fail(error),
    )
  }
}

/** The frame that answers a request has a length that is known once its function code is. */
function frameAfter(request: Uint8Array): Question<Uint8Array> {
  const [unit, code = 0] = request
  const wholeOctets = code === READ_COILS ? EXCEPTION_OCTETS + 1 : WRITE_ANSWER_OCTETS
  return {
    octets: request,
    read(answer) {
      const [answerUnit, answerCode = code] = answer
      if (answerUnit !== unit || (answerCode & 0x7f) !== code) {
        throw new OutletFault('answer', `expected unit ${unit} and function ${code}, got ${hexOf(answer)}`)
      }
      const octets = answerCode === code ? wholeOctets : EXCEPTION_OCTETS
      if (answer.length > octets) {
        throw new OutletFault('answer', `expected a frame of ${octets} octets, got ${hexOf(answer)}`)
      }
      return answer.length < octets ? undefined : answer
    },
  }
}

import { writeSync } from 'node:fs'
import type { OutletDriver } from '../outlet-driver.js'
import type { OutletState } from '../power-outlet.js'
import type { BoardProtocol } from './question.js'
import { shareBoard, unshareBoard, type BoardPlan, type SerialBoard } from './serial-board.js'

/** Which contact feeds the device. */
export type Wiring = 'normally-open' | 'normally-closed'

/** Whether a relay must be energised for its device to have power. */
export function energisedWhen(to: 'on' | 'off', wiring: Wiring): boolean {
  return (to === 'on') === (wiring === 'normally-open')
}

/** A relay on a board that is driven by octets. */
export class BoardDriver implements OutletDriver {
  readonly readback: OutletDriver['readback']
  readonly #plan: BoardPlan
  readonly #protocol: BoardProtocol
  readonly #wiring: Wiring
  #board: SerialBoard | undefined

  constructor(plan: BoardPlan, protocol: BoardProtocol, wiring: Wiring) {
    this.#plan = plan
    this.#protocol = protocol
    this.#wiring = wiring
    this.readback = protocol.readRelay === undefined ? 'write-only' : 'state'
  }

  async open(signal: AbortSignal | undefined): Promise<void> {
    const board = shareBoard(this.#plan)
    try {
      await board.open(signal)
    } catch (error) {
      await unshareBoard(board)
      throw error
    }
    this.#board = board
  }

  async switchTo(to: 'on' | 'off', signal: AbortSignal | undefined): Promise<void> {
    const command = this.#protocol.switchRelay(energisedWhen(to, this.#wiring))
    if (command instanceof Uint8Array) await this.#opened.tell(command, signal)
    else await this.#opened.ask(command, signal)
  }

  async read(signal: AbortSignal | undefined): Promise<OutletState> {
    if (this.#protocol.readRelay === undefined) return 'unknown'
    const isEnergised = await this.#opened.ask(this.#protocol.readRelay, signal)
    return isEnergised === energisedWhen('on', this.#wiring) ? 'on' : 'off'
  }

  async close(): Promise<void> {
    if (this.#board !== undefined) await unshareBoard(this.#board)
    this.#board = undefined
  }

  switchNow(to: 'on' | 'off'): boolean {
    const descriptor = this.#board?.descriptor
    if (descriptor === undefined) return false
    const command = this.#protocol.switchRelay(energisedWhen(to, this.#wiring))
    const octets = command instanceof Uint8Array ? command : command.octets
    try {
      return writeSync(descriptor, octets) === octets.length
    } catch {
      return false
    }
  }

  get #opened(): SerialBoard {
    // Outlets call their driver only between open and close.
    return this.#board!
  }
}

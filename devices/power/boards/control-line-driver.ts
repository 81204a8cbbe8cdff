import type { ParsedOptionsOf } from '../options.js'
import type { OutletDriver } from '../outlet-driver.js'
import type { OutletState } from '../power-outlet.js'
import type { ControlLines } from '../../serial/serial-line.js'
import { energisedWhen } from './board-driver.js'
import { shareBoard, unshareBoard, type BoardPlan, type SerialBoard } from './serial-board.js'

/** How the lines of each open port were left; the system cannot be asked for them. Outlets on both lines of one port share it. */
const drivenLines = new WeakMap<SerialBoard, ControlLines>()

/**
 * RTS or DTR with a relay or transistor behind it.
 *
 * The port is opened at the first command, not before: Linux raises both lines whenever a port is opened, and no program can keep it from doing so. That moment
 * is part of the first switching; wire so that a raised line is the state that does no harm.
 */
export class ControlLineDriver implements OutletDriver {
  readonly readback = 'write-only'
  readonly #plan: BoardPlan
  readonly #options: ParsedOptionsOf<'control-line'>
  #board: SerialBoard | undefined

  constructor(plan: BoardPlan, options: ParsedOptionsOf<'control-line'>) {
    this.#plan = plan
    this.#options = options
  }

  open(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    this.#board = shareBoard(this.#plan)
    return Promise.resolve()
  }

  async switchTo(to: 'on' | 'off', signal: AbortSignal | undefined): Promise<void> {
    const isRaised = energisedWhen(to, this.#options.wiring)
    // Outlets call their driver only between open and close.
    const board = this.#board!
    await board.withLine(signal, async (line) => {
      const raised = { rts: true, dtr: true }
      const lines = { ...(drivenLines.get(board) ?? raised), [this.#options.line]: isRaised }
      await line.drive(lines)
      drivenLines.set(board, lines)
    })
  }

  read(): Promise<OutletState> {
    return Promise.resolve('unknown')
  }

  async close(): Promise<void> {
    if (this.#board !== undefined) await unshareBoard(this.#board)
    this.#board = undefined
  }
}

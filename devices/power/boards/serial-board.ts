import { setTimeout as sleep } from 'node:timers/promises'
import { findPort, type FoundPort } from '../../serial/find-port.js'
import type { PortReference } from '../../serial/options.js'
import { holdPort } from '../../serial/port-holders.js'
import type { SerialBinding } from '../../serial/serial-binding.js'
import { SerialFault } from '../../serial/serial-fault.js'
import { SerialLine, type LineSettings } from '../../serial/serial-line.js'
import { OutletFault } from '../outlet-fault.js'
import { hexOf, type Question } from './question.js'

/** Octets of an answer, at most; the longest that any board gives is a few hundred. */
const MAX_ANSWER_OCTETS = 4096
/** An answer without a length of its own has ended after this pause: some octets' time at 9600 bit/s, and the latency of USB bridges (16 ms). */
const PAUSE_MS = 60
const FIRST_BACKOFF_MS = 50
const MAX_BACKOFF_MS = 1000

/** How a board is reached. */
export interface BoardPlan {
  readonly reference: PortReference
  readonly found: FoundPort
  readonly line: LineSettings
  readonly replyTimeoutMs: number
  readonly reopenTimeoutMs: number
  readonly binding: SerialBinding | undefined
  readonly holder: string
}

interface SharedBoard {
  readonly board: SerialBoard
  readonly holder: string
  readonly release: () => void
  users: number
}

/** The boards that are open in this process: outlets of one holder share theirs. */
const sharedBoards = new Map<string, SharedBoard>()

/**
 * Take a board for one outlet; whoever takes it first makes it.
 *
 * @throws SerialFault `busy` when another holder has it
 */
export function shareBoard(plan: BoardPlan): SerialBoard {
  const { id } = plan.found
  const known = sharedBoards.get(id)
  if (known?.holder === plan.holder) {
    known.users += 1
    return known.board
  }
  const release = holdPort(id, plan.holder)
  const board = new SerialBoard(plan)
  sharedBoards.set(id, { board, holder: plan.holder, release, users: 1 })
  return board
}

/** Let go of a board; the last outlet closes its port. */
export async function unshareBoard(board: SerialBoard): Promise<void> {
  const shared = sharedBoards.get(board.id)
  if (shared?.board !== board) return
  shared.users -= 1
  if (shared.users > 0) return
  sharedBoards.delete(board.id)
  try {
    await board.close()
  } finally {
    shared.release()
  }
}

/** One board behind one serial port: a command at a time, and the port found again after it was unplugged. */
export class SerialBoard {
  readonly id: string
  readonly #plan: BoardPlan
  #line: SerialLine | undefined
  #path: string
  #last: Promise<unknown> = Promise.resolve()
  #isAsking = false
  /** Something may come that is no answer to the next question: the last one was given up, or the board speaks unasked. */
  #isStale = false

  constructor(plan: BoardPlan) {
    this.#plan = plan
    this.id = plan.found.id
    this.#path = plan.found.path
  }

  /** Open the port unless it is open; nothing is sent. */
  async open(signal: AbortSignal | undefined): Promise<void> {
    await this.#inOrder(signal, async () => {
      if (this.#line === undefined) await this.#openLine()
    })
  }

  /**
   * Send a question and read its answer.
   *
   * @throws SerialFault when the port fails, OutletFault `silent` or `answer`, or the reason of the signal
   */
  async ask<T>(question: Question<T>, signal: AbortSignal | undefined): Promise<T> {
    return this.#inOrder(signal, async () => {
      const line = await this.#lineNow(signal)
      if (this.#isStale) await quiet(line, this.#plan.replyTimeoutMs)
      this.#isStale = true
      this.#isAsking = true
      try {
        const answer = await this.#answer(line, question, signal)
        this.#isStale = false
        return answer
      } finally {
        this.#isAsking = false
      }
    })
  }

  /** Send octets that nothing answers; fulfilled when the system has sent them. */
  async tell(octets: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
    await this.#inOrder(signal, async () => (await this.#lineNow(signal)).write(octets))
  }

  /** Do something with the open port, in order with everything else. */
  async withLine(signal: AbortSignal | undefined, work: (line: SerialLine) => Promise<void>): Promise<void> {
    await this.#inOrder(signal, async () => work(await this.#lineNow(signal)))
  }

  /** The descriptor of the port, while it is open. */
  get descriptor(): number | undefined {
    return this.#line?.descriptor
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined)
    await this.#line?.close()
    this.#line = undefined
  }

  async #inOrder<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted()
    const before = this.#last
    const done = (async () => {
      await before.catch(() => undefined)
      signal?.throwIfAborted()
      return work()
    })()
    this.#last = done
    return done
  }

  /** The open port; one that was lost is looked for, ever more slowly, until the time for that is over. */
  async #lineNow(signal: AbortSignal | undefined): Promise<SerialLine> {
    if (this.#line !== undefined && this.#line.loss === undefined) return this.#line
    const untilMs = performance.now() + this.#plan.reopenTimeoutMs
    for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(2 * backoffMs, MAX_BACKOFF_MS)) {
      try {
        return await this.#openLine()
      } catch (error) {
        if (performance.now() + backoffMs > untilMs) throw error
      }
      await sleep(backoffMs)
      signal?.throwIfAborted()
    }
  }

  async #openLine(): Promise<SerialLine> {
    const { reference, binding, line } = this.#plan
    const wasOpen = this.#line !== undefined
    await this.#line?.close()
    // The same socket may have another name now.
    if (wasOpen) this.#path = (await this.#findAgain(reference, binding)).path
    const opened = await SerialLine.open(this.#path, line, binding)
    this.#line = opened
    this.#isStale = false
    opened.onOctets(() => {
      if (!this.#isAsking) this.#isStale = true
    })
    return opened
  }

  async #findAgain(reference: PortReference, binding: SerialBinding | undefined): Promise<FoundPort> {
    const found = await findPort(reference, binding)
    if (found.id !== this.id) {
      throw new SerialFault('absent', `the board was at ${this.id}, and is plugged in at ${found.id} now`)
    }
    return found
  }

  async #answer<T>(line: SerialLine, question: Question<T>, signal: AbortSignal | undefined): Promise<T> {
    const { replyTimeoutMs } = this.#plan
    let answer = Buffer.alloc(0)
    const ends: (() => void)[] = []
    try {
      return await new Promise<T>((resolve, reject) => {
        let pause: NodeJS.Timeout | undefined
        const understand = (): void => {
          try {
            const read = question.read(answer)
            if (read !== undefined) resolve(read)
          } catch (error) {
            reject(
              error instanceof Error ? error : new OutletFault('answer', 'expected another answer', { cause: error }),
            )
          }
        }
        const giveUp = (): void => {
          // A busy machine may be late for the pause.
          if (answer.length > 0) understand()
          const got = answer.length === 0 ? 'none' : `half of one: ${hexOf(answer)}`
          reject(new OutletFault('silent', `expected an answer within ${replyTimeoutMs} ms, got ${got}`))
        }
        const timer = setTimeout(giveUp, replyTimeoutMs)
        const onAbort = (): void => reject(signal?.reason)
        signal?.addEventListener('abort', onAbort, { once: true })
        ends.push(
          line.onLoss(reject),
          line.onOctets((octets) => {
            answer = Buffer.concat([answer, octets])
            clearTimeout(pause)
            if (answer.length > MAX_ANSWER_OCTETS) {
              reject(
                new OutletFault('answer', `expected at most ${MAX_ANSWER_OCTETS} octets, got more: ${hexOf(answer)}`),
              )
            } else if (question.endsByPause === true) pause = setTimeout(understand, PAUSE_MS)
            else understand()
          }),
          () => clearTimeout(timer),
          () => clearTimeout(pause),
          () => signal?.removeEventListener('abort', onAbort),
        )
        line.write(question.octets).catch(reject)
      })
    } finally {
      for (const end of ends) end()
    }
  }
}

/** Wait until nothing has come for a moment: the answer to a question that was given up must not be taken for the next one's. */
async function quiet(line: SerialLine, maxMs: number): Promise<void> {
  let lastMs = performance.now()
  const end = line.onOctets(() => {
    lastMs = performance.now()
  })
  try {
    const untilMs = performance.now() + maxMs
    while (performance.now() < untilMs && performance.now() - lastMs < PAUSE_MS) await sleep(PAUSE_MS / 2)
  } finally {
    end()
  }
}

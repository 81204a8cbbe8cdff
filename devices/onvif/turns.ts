import { setImmediate as nextTurn } from 'node:timers/promises'

/** How long a turn of the event loop may take before everything else gets one; packets wait no longer for us than for a few of theirs. */
const TURN_MS = 5

/** Counts the time of our turn of the event loop. Begins with the first. */
export class Turns {
  #endsAtMs = performance.now() + TURN_MS

  /** It is time that others have theirs: await {@link Turns.next}. */
  get isOver(): boolean {
    return performance.now() >= this.#endsAtMs
  }

  /** Let others have theirs, then begin a new one. */
  async next(): Promise<void> {
    await nextTurn()
    this.#endsAtMs = performance.now() + TURN_MS
  }
}

/**
 * Do long work a turn at a time.
 *
 * @param steps - the work; what is done between two of its values takes a millisecond or two
 * @returns what the work returns
 * @throws the reason of the signal
 */
export async function inTurns<Result>(
  steps: Iterator<unknown, Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const turns = new Turns()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (turns.isOver) await turns.next()
    signal?.throwIfAborted()
  }
}

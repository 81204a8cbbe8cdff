/** What is sent to a board, and how its answer is read. */
export interface Question<T> {
  readonly octets: Uint8Array
  /**
   * Read what has come so far, which is at least one octet.
   *
   * @returns the answer, or `undefined` while it is not whole
   * @throws OutletFault `answer` when it can never become one
   */
  readonly read: (answer: Uint8Array) => T | undefined
  /** The answer has no length of its own: it is whole when nothing more comes for a moment. */
  readonly endsByPause?: boolean
}

/** A board of relays, as far as octets go: no port, no time. */
export interface BoardProtocol {
  /** Energise a relay, or let it rest: a question, or the octets alone where the board does not answer. */
  switchRelay(isEnergised: boolean): Question<true> | Uint8Array
  /** Ask whether the relay is energised; left out: the board cannot be asked. */
  readonly readRelay?: Question<boolean> | undefined
}

/** Octets as people write them: `a0 01 01 a2`; long ones end in dots. */
export function hexOf(octets: Uint8Array): string {
  const shown = Buffer.from(octets.subarray(0, 16)).toString('hex').replaceAll(/..\B/g, '$& ')
  return octets.length > 16 ? `${shown} … (${octets.length} octets)` : shown
}

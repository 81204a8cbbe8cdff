/** Options of `Verifier`. */
export interface VerifierOptions {
  /** Findings kept per verdict; all are counted. Default 100: nobody reads more, and the first ones tell why. */
  readonly maxFindings?: number
  /**
   * Show every record to every rule; default false: runs of records that can break none are passed over together, which is several times as
   * fast. The verdict is the same.
   */
  readonly everyRecordByRules?: boolean
}

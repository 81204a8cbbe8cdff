/** What an outlet says of itself: current flows, it does not, or it cannot tell. */
export type OutletState = 'on' | 'off' | 'unknown'

/** In what state an outlet is to be left: switched, or as it was last. */
export type SafeState = 'on' | 'off' | 'as-is'

/** One switching that was carried out: what wear is counted from. */
export interface Switching {
  /** {@link PowerOutlet.id}. */
  readonly outlet: string
  readonly to: 'on' | 'off'
  /** Moment at which the board had taken the command, ms since 1970. */
  readonly atMs: number
  /** {@link PowerOutlet.switchCount}, this one included. */
  readonly switchCount: number
}

/** How to wait for an outlet. */
export interface OutletCall {
  /** Gives up waiting; the call then rejects with `signal.reason`. A command that was sent already may still take effect. */
  readonly signal?: AbortSignal | undefined
}

/** How to take the power away for a while. */
export interface CycleCall extends OutletCall {
  /** How long the power stays away, ms, 0 to a day. Default 5000: the capacitors of cameras hold for two or three seconds. */
  readonly offMs?: number | undefined
}

/**
 * What feeds one device: a relay, a PoE port, the socket of a PDU, a control line.
 *
 * Every call is bounded in time by the driver itself, and rejects only with {@link PowerError}, `signal.reason`, or UsageError `ERR_VIEWNET_STATE` while
 * the outlet is not open. Calls on one board are carried out one after the other, in the order in which they came.
 */
export interface PowerOutlet {
  /**
   * The physical thing, the same across reboots and replugging, such as `usb:0000:00:14.0-2.3:1.0#2`: wear is counted and leases are held by it.
   */
  readonly id: string
  /** What it shares with other outlets, such as `usb:0000:00:14.0-2.3:1.0`: one relay board, one switch, one PDU. Begins {@link id}. */
  readonly bank: string
  /** `write-only`: it can be switched but not read. */
  readonly readback: 'state' | 'write-only'
  /** How {@link close} and {@link secure} leave it. */
  readonly safeState: SafeState
  /**
   * How often its contact was told to change since this object was made; telling it what it was told last is no change, and the first command counts
   * unless a reading before it found that state already.
   */
  readonly switchCount: number
  /** Take the port, and switch nothing. Throws PowerError `ERR_VIEWNET_POWER_BUSY` when somebody holds it, naming who. */
  open(call?: OutletCall): Promise<void>
  /** Switch on; where the outlet can be read, only a reading of `on` fulfils the promise. */
  on(call?: OutletCall): Promise<void>
  /** Switch off; where the outlet can be read, only a reading of `off` fulfils the promise. */
  off(call?: OutletCall): Promise<void>
  /** Off, wait, on. When the wait is aborted the outlet stays off: its safe state is for {@link close} to restore. */
  cycle(call?: CycleCall): Promise<void>
  /** Ask the outlet; `unknown` where it is write-only, never what it was last told. */
  state(call?: OutletCall): Promise<OutletState>
  /** Switch to {@link safeState} now, whether or not it was ever switched. */
  secure(call?: OutletCall): Promise<void>
  /**
   * Let go of the port; an outlet that was switched since it was opened is left in its {@link safeState}, one that was only read is left as it was
   * found. Closing twice is fine. The port is released even where the safe state could not be reached, which rejects with PowerError.
   */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

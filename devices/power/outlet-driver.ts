import type { OutletState, PowerOutlet } from './power-outlet.js'

/** What differs between the kinds of outlets. Calls come one after the other, and only between `open` and `close`. */
export interface OutletDriver {
  readonly readback: PowerOutlet['readback']
  /** Take the port and switch nothing. */
  open(signal: AbortSignal | undefined): Promise<void>
  /** Give power, or take it away; fulfilled when the board has taken the command. */
  switchTo(to: 'on' | 'off', signal: AbortSignal | undefined): Promise<void>
  /** Ask; never called of a write-only outlet. */
  read(signal: AbortSignal | undefined): Promise<OutletState>
  /** Let go of the port. */
  close(): Promise<void>
  /** A last try while the process exits, when nothing can be waited for; false where there is no way. */
  switchNow?(to: 'on' | 'off'): boolean
}

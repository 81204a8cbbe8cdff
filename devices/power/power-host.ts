import type { SerialBinding } from '../serial/serial-binding.js'
import type { Switching } from './power-outlet.js'

/** What an outlet needs of the program that uses it, and is no data. Everything may be left out. */
export interface PowerHost {
  /** How serial ports are reached. Default: the system's own ports. `tcp://` paths always go over TCP. */
  readonly binding?: SerialBinding | undefined
  /**
   * Who will hold the outlet, for whoever finds it taken, such as `night n7, device 00001-00020-00300-00007`. Outlets of one serial board are open together
   * only for the same holder. Default: the outlet's own id, which shares with nobody.
   */
  readonly holder?: string | undefined
  /** Told of every switching, right after it: what wear is kept from. Must not throw. */
  readonly onSwitched?: ((switching: Switching) => void) | undefined
}

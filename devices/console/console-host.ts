import type { SerialBinding } from '../serial/serial-binding.js'

/** What a console needs of the program that uses it, and is no data. Everything may be left out. */
export interface ConsoleHost {
  /** How serial ports are reached. Default: the system's own ports. `tcp://` paths always go over TCP. */
  readonly binding?: SerialBinding | undefined
  /** Who will hold the port, for whoever finds it taken. Default: `another console`. */
  readonly holder?: string | undefined
  /** Told once of trouble with the file that lines are added to, in words. Default: a line on stderr. */
  readonly onTrouble?: ((message: string) => void) | undefined
}

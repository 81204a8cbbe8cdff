import { parseStrictly, UsageError } from 'viewnet/device'
import { z } from 'zod'
import { describePort, findPort, type FoundPort } from '../serial/find-port.js'
import { baudRate, portSchema } from '../serial/options.js'
import { holdPort } from '../serial/port-holders.js'
import type { SerialBinding } from '../serial/serial-binding.js'
import { SerialLine } from '../serial/serial-line.js'
import { blame } from './errors.js'
import { encodeMove, encodePreset, encodeStop, type PtzMove } from './pelco-frame.js'

/** The strict schema of a Pelco-D head. */
export const pelcoSchema = z.strictObject({
  port: portSchema,
  /** The head's address, set by its switches. */
  address: z.int().min(1).max(255).default(1),
  /** 2400 is the protocol's own; many heads are set to 4800 or 9600. */
  baudRate: baudRate.default(2400),
})

/** How a head is reached: what {@link pelcoSchema} takes. */
export type PelcoOptions = z.input<typeof pelcoSchema>

/** What a head needs of the program that uses it, and is no data. */
export interface PtzHost {
  readonly binding?: SerialBinding | undefined
  readonly holder?: string | undefined
}

/** A head that is not open. */
export interface FoundHead {
  /** {@link PelcoHead.id}. */
  readonly id: string
  /** Open the port, once; nothing is sent. Throws PtzError when somebody else holds it. */
  open(): Promise<PelcoHead>
}

/**
 * An analogue camera's pan and tilt head, by Pelco-D. It answers nothing, so what is fulfilled here is that the command was sent. A head that moves goes on
 * moving until it is told to stop: closing always sends that.
 *
 * @example
 * const head = await PelcoHead.open({ port: '/dev/serial/by-path/…-port0', address: 1 })
 * await head.move({ pan: 0.5 })
 * await head.close()
 */
export class PelcoHead {
  /** The physical port, the same across reboots and replugging: leases are held by it. */
  readonly id: string
  readonly #address: number
  readonly #line: SerialLine
  readonly #release: () => void
  #last: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | undefined

  private constructor(found: FoundPort, address: number, line: SerialLine, release: () => void) {
    this.id = found.id
    this.#address = address
    this.#line = line
    this.#release = release
  }

  /**
   * Find the port, and open nothing: its id is then known, which leases are taken by.
   *
   * @throws UsageError `ERR_VIEWNET_OPTION` when an option is wrong
   * @throws PtzError when there is no such port
   */
  static async find(options: PelcoOptions, host: PtzHost = {}): Promise<FoundHead> {
    const { port, address, baudRate: speed } = parseStrictly(pelcoSchema, options, 'Pelco-D head')
    const blamed = <T>(work: Promise<T>): Promise<T> =>
      work.catch((error: unknown) => {
        throw blame(describePort(port), error)
      })
    const found = await blamed(findPort(port, host.binding))
    const open = async (): Promise<PelcoHead> => {
      let release
      try {
        release = holdPort(found.id, host.holder ?? 'another PTZ head')
        const line = await SerialLine.open(found.path, { baudRate: speed }, host.binding)
        return new PelcoHead(found, address, line, release)
      } catch (error) {
        release?.()
        throw error
      }
    }
    return { id: found.id, open: () => blamed(open()) }
  }

  /**
   * Find the port and open it; nothing is sent.
   *
   * @throws what {@link PelcoHead.find} throws; PtzError when somebody else holds the port
   */
  static async open(options: PelcoOptions, host: PtzHost = {}): Promise<PelcoHead> {
    const found = await PelcoHead.find(options, host)
    return found.open()
  }

  /** Move until told otherwise; what is left out stands still. */
  async move(move: PtzMove): Promise<void> {
    await this.#send(encodeMove(this.#address, move))
  }

  /** Stop every movement. */
  async stop(): Promise<void> {
    await this.#send(encodeStop(this.#address))
  }

  /** Go to a stored position, 1–255. */
  async goToPreset(preset: number): Promise<void> {
    await this.#send(encodePreset(this.#address, 'go-to', preset))
  }

  /** Store the position where it stands, 1–255. */
  async setPreset(preset: number): Promise<void> {
    await this.#send(encodePreset(this.#address, 'set', preset))
  }

  /** Stop every movement and let go of the port, also where stopping failed. Closing twice is fine. */
  async close(): Promise<void> {
    await (this.#closed ??= this.#close())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    await this.#last.catch(() => undefined)
    try {
      await this.#line.write(encodeStop(this.#address))
    } catch (error) {
      throw blame(this.id, error)
    } finally {
      await this.#line.close()
      this.#release()
    }
  }

  async #send(frame: Uint8Array): Promise<void> {
    if (this.#closed !== undefined) throw new UsageError('ERR_VIEWNET_STATE', `PTZ head ${this.id} is closed`)
    const before = this.#last
    const sent = (async () => {
      await before.catch(() => undefined)
      await this.#line.write(frame)
    })()
    this.#last = sent
    try {
      await sent
    } catch (error) {
      throw blame(this.id, error)
    }
  }
}

import { parseStrictly, UsageError } from 'viewnet/device'
import { z } from 'zod'
import { describePort, findPort, type FoundPort } from '../serial/find-port.js'
import { baudRate, portSchema } from '../serial/options.js'
import { holdPort } from '../serial/port-holders.js'
import type { SerialBinding } from '../serial/serial-binding.js'
import { SerialLine } from '../serial/serial-line.js'
import { blame } from './errors.js'
import {
  encodeMove,
  encodePreset,
  encodeQuery,
  encodeStop,
  positionIn,
  type PtzAxis,
  type PtzMove,
} from './pelco-frame.js'

/** An answer may be lost or damaged on its way: a head is asked so often. */
const QUESTIONS = 3
/** The newest octets among which an answer is looked for. */
const HEARD_OCTETS = 64

/** The strict schema of a Pelco-D head. */
export const pelcoSchema = z.strictObject({
  port: portSchema,
  /** The head's address, set by its switches. */
  address: z.int().min(1).max(255).default(1),
  /** 2400 is the protocol's own; many heads are set to 4800 or 9600. */
  baudRate: baudRate.default(2400),
  /** How long an answer to a question for a position may take, ms. */
  answerTimeoutMs: z.int().min(10).max(10_000).default(500),
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
 * An analogue camera's pan and tilt head, by Pelco-D. It answers no command, so what is fulfilled is that the command was sent; many heads, and not all, answer
 * where they stand. A head that moves goes on moving until it is told to stop: closing always sends that.
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
  readonly #answerTimeoutMs: number
  readonly #line: SerialLine
  readonly #release: () => void
  #last: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | undefined

  private constructor(
    found: FoundPort,
    { address, answerTimeoutMs }: Pick<z.output<typeof pelcoSchema>, 'address' | 'answerTimeoutMs'>,
    line: SerialLine,
    release: () => void,
  ) {
    this.id = found.id
    this.#address = address
    this.#answerTimeoutMs = answerTimeoutMs
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
    const { port, baudRate: speed, ...head } = parseStrictly(pelcoSchema, options, 'Pelco-D head')
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
        return new PelcoHead(found, head, line, release)
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

  /**
   * Ask where the head stands.
   *
   * @returns 0–65535: by the protocol's manual hundredths of a degree for pan (clockwise, 0–35999) and tilt, and steps for zoom; some makers count otherwise.
   *   undefined: the head answered none of three questions, as many heads do
   * @throws PtzError when the port went away
   */
  async position(axis: PtzAxis): Promise<number | undefined> {
    return this.#inTurn(async () => {
      for (let question = 0; question < QUESTIONS; question++) {
        const position = await this.#ask(axis)
        if (position !== undefined) return position
      }
      return undefined
    })
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

  /** @returns undefined: no whole answer came in time */
  async #ask(axis: PtzAxis): Promise<number | undefined> {
    const ends: (() => void)[] = []
    let heard = Buffer.alloc(0)
    try {
      return await new Promise<number | undefined>((resolve, reject) => {
        const timer = setTimeout(() => resolve(undefined), this.#answerTimeoutMs)
        ends.push(
          () => clearTimeout(timer),
          this.#line.onLoss(reject),
          this.#line.onOctets((octets) => {
            heard = Buffer.concat([heard, octets]).subarray(-HEARD_OCTETS)
            const position = positionIn(heard, this.#address, axis)
            if (position !== undefined) resolve(position)
          }),
        )
        this.#line.write(encodeQuery(this.#address, axis)).catch(reject)
      })
    } finally {
      for (const end of ends) end()
    }
  }

  async #send(frame: Uint8Array): Promise<void> {
    await this.#inTurn(() => this.#line.write(frame))
  }

  /** One after the other: a bus carries one frame at a time. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) throw new UsageError('ERR_VIEWNET_STATE', `PTZ head ${this.id} is closed`)
    const before = this.#last
    const done = (async () => {
      await before.catch(() => undefined)
      return work()
    })()
    this.#last = done
    try {
      return await done
    } catch (error) {
      throw blame(this.id, error)
    }
  }
}

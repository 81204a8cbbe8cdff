import { SerialPortStream } from '@serialport/stream'
import { lockHolder } from './port-holders.js'
import { systemBinding, type SerialBinding } from './serial-binding.js'
import { SerialFault } from './serial-fault.js'
import { isTcpPath, tcpBinding } from './tcp-binding.js'

/** Speed and framing of a line. */
export interface LineSettings {
  readonly baudRate: number
  readonly dataBits?: 5 | 6 | 7 | 8 | undefined
  readonly parity?: 'none' | 'even' | 'odd' | undefined
  readonly stopBits?: 1 | 2 | undefined
}

/** The two lines that a port drives. */
export interface ControlLines {
  readonly rts: boolean
  readonly dtr: boolean
}

/** A port whose octets are not taken for this long is broken, or held back by flow control. */
const WRITE_TIMEOUT_MS = 5000

/**
 * An open serial port, as little of it as a bench needs. It is never reopened: once it is lost, another takes its place.
 *
 * The port is locked against other processes (flock), and the lines DTR and RTS stay as they are when it is closed: they may reset what hangs on them.
 */
export class SerialLine {
  readonly #stream: SerialPortStream
  readonly #path: string
  #loss: SerialFault | undefined
  #isClosing = false
  readonly #lossListeners = new Set<(loss: SerialFault) => void>()

  private constructor(stream: SerialPortStream, path: string) {
    this.#stream = stream
    this.#path = path
    // Every loss also closes the stream; without a listener the event would end the process.
    stream.on('error', (error: Error) => this.#lose(error))
    stream.once('close', (error: Error | null) => this.#lose(error ?? undefined))
    // Read all the time, so that nothing old is taken for an answer.
    stream.resume()
  }

  /**
   * Open a port.
   *
   * @param path - as it can be opened now, or `tcp://HOST:PORT`
   * @throws {@link SerialFault} `absent` or `busy`; then naming the holder where the system tells
   */
  static async open(path: string, settings: LineSettings, given?: SerialBinding): Promise<SerialLine> {
    const binding = isTcpPath(path) ? tcpBinding : (given ?? (await systemBinding()))
    const { baudRate, dataBits = 8, parity = 'none', stopBits = 1 } = settings
    const options = { binding, path, baudRate, dataBits, parity, stopBits, lock: true, hupcl: false }
    const stream = new SerialPortStream({ ...options, autoOpen: false })
    const problem = await new Promise<Error | null>((resolve) => stream.open(resolve))
    if (problem !== null) throw await openFault(path, problem)
    return new SerialLine(stream, path)
  }

  /** Why the port went away; `undefined` while it is there. */
  get loss(): SerialFault | undefined {
    return this.#loss
  }

  /** Be told of octets as they come; the returned function ends it. What comes while nobody listens is thrown away. */
  onOctets(listener: (octets: Buffer) => void): () => void {
    this.#stream.on('data', listener)
    return () => {
      this.#stream.off('data', listener)
      // Without listeners a stream stops by itself only when it is told to; ours goes on.
      this.#stream.resume()
    }
  }

  /** Be told once when the port goes away by itself; the returned function ends it. */
  onLoss(listener: (loss: SerialFault) => void): () => void {
    this.#lossListeners.add(listener)
    return () => this.#lossListeners.delete(listener)
  }

  /**
   * Write octets, and wait until the system has sent them.
   *
   * @throws {@link SerialFault} `lost`, or `stuck` after five seconds
   */
  async write(octets: Uint8Array): Promise<void> {
    await this.#bounded((done) => {
      this.#stream.write(Buffer.from(octets), (error) => {
        if (error) done(error)
        else this.#stream.drain((drainError) => done(drainError ?? undefined))
      })
    })
  }

  /** Drive both lines at once: serialport sets the one that is left out as well. */
  async drive({ rts, dtr }: ControlLines): Promise<void> {
    await this.#bounded((done) => this.#stream.set({ rts, dtr }, (error) => done(error ?? undefined)))
  }

  /** Close the port; closing twice, or after a loss, is fine. */
  async close(): Promise<void> {
    this.#isClosing = true
    if (!this.#stream.isOpen) return
    await new Promise<void>((resolve) => this.#stream.close(() => resolve()))
  }

  /** The system's descriptor, for a last write while the process exits; `undefined` where there is none. */
  get descriptor(): number | undefined {
    const port: unknown = this.#stream.port
    if (typeof port !== 'object' || port === null || !('fd' in port)) return undefined
    return typeof port.fd === 'number' ? port.fd : undefined
  }

  async #bounded(start: (done: (error?: Error) => void) => void): Promise<void> {
    if (this.#loss !== undefined) throw this.#loss
    let forget = (): void => undefined
    let timer: NodeJS.Timeout | undefined
    try {
      await new Promise<void>((resolve, reject) => {
        forget = this.onLoss(reject)
        timer = setTimeout(
          () => reject(new SerialFault('stuck', `${this.#path} took no octets for ${WRITE_TIMEOUT_MS} ms`)),
          WRITE_TIMEOUT_MS,
        )
        start((error) => (error === undefined ? resolve() : reject(this.#lossOf(error))))
      })
    } finally {
      forget()
      clearTimeout(timer)
    }
  }

  #lossOf(cause: Error | undefined): SerialFault {
    const reason = cause === undefined ? '' : `: ${cause.message}`
    return new SerialFault('lost', `${this.#path} went away${reason}`, cause && { cause })
  }

  #lose(cause: Error | undefined): void {
    if (this.#isClosing || this.#loss !== undefined) return
    const loss = this.#lossOf(cause)
    this.#loss = loss
    // An error that is not a disconnection leaves the port open; it is of no use any more.
    if (this.#stream.isOpen) this.#stream.close(() => undefined)
    for (const listener of this.#lossListeners) listener(loss)
    this.#lossListeners.clear()
  }
}

/** Bindings tell why a port cannot be opened in words alone. */
async function openFault(path: string, problem: Error): Promise<SerialFault> {
  if (problem instanceof SerialFault) return problem
  const options = { cause: problem }
  // Linux and macOS; simulated ones; Windows, which knows no other reason for it.
  if (/cannot lock|is locked|resource busy|access denied/i.test(problem.message)) {
    const holder = (await lockHolder(path)) ?? 'another program'
    return new SerialFault('busy', `${path} is held by ${holder}`, options)
  }
  return new SerialFault('absent', `cannot open ${path}: ${problem.message}`, options)
}

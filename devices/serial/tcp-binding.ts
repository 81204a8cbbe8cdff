import { createConnection, type Socket } from 'node:net'
import {
  canceled,
  PORT_DEFAULTS,
  type BindingOpenOptions,
  type BindingPort,
  type BindingPortStatus,
  type SerialBinding,
} from './serial-binding.js'
import { ReadQueue } from './read-queue.js'
import { SerialFault } from './serial-fault.js'

const CONNECT_TIMEOUT_MS = 5000
/** What waits to be read, at most; then the socket, and with it the peer, has to wait. */
const MAX_WAITING_OCTETS = 64 * 1024

/** Whether a path is the raw TCP port of a terminal server. */
export function isTcpPath(path: string): boolean {
  return path.startsWith('tcp://')
}

/** Host and port of `tcp://HOST:PORT`; `undefined` when it is something else. */
export function parseTcpPath(path: string): { readonly host: string; readonly port: number } | undefined {
  if (!isTcpPath(path) || !URL.canParse(path)) return undefined
  const { hostname, port, pathname, search, hash, username } = new URL(path)
  if (hostname === '' || port === '' || !['', '/'].includes(pathname) || search + hash + username !== '')
    return undefined
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}

/**
 * Serial ports behind a terminal server in raw mode (ser2net `raw`, most serial device servers): octets go through unchanged, speed and framing are set at
 * the server, and there are no control lines.
 */
export const tcpBinding: SerialBinding = {
  // Nobody can list what a network may hold.
  list: () => Promise.resolve([]),
  open: async (options) => new TcpPort(await connect(options.path), options),
}

async function connect(path: string): Promise<Socket> {
  const address = parseTcpPath(path)
  if (address === undefined) throw new SerialFault('absent', `expected tcp://HOST:PORT, got ${path}`)
  const socket = createConnection({ ...address, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 })
  try {
    await new Promise<void>((resolve, reject) => {
      socket.setTimeout(CONNECT_TIMEOUT_MS, () => reject(new Error(`no answer within ${CONNECT_TIMEOUT_MS} ms`)))
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
  } catch (cause) {
    socket.destroy()
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new SerialFault('absent', `cannot connect to ${path}: ${reason}`, { cause })
  }
  socket.setTimeout(0)
  return socket
}

class TcpPort implements BindingPort {
  readonly openOptions: Required<BindingOpenOptions>
  readonly #socket: Socket
  readonly #incoming = new ReadQueue()

  constructor(socket: Socket, options: BindingOpenOptions) {
    this.openOptions = { ...PORT_DEFAULTS, ...options }
    this.#socket = socket
    socket.on('data', (octets) => {
      this.#incoming.push(octets)
      if (this.#incoming.octets >= MAX_WAITING_OCTETS) socket.pause()
    })
    // An error is always followed by close.
    socket.on('error', (error) => this.#incoming.end(error))
    socket.once('end', () => socket.destroy())
    socket.once('close', () => this.#incoming.end(new Error('the terminal server closed the connection')))
  }

  get isOpen(): boolean {
    return this.#incoming.ended === undefined
  }

  async close(): Promise<void> {
    this.#incoming.end(canceled('port is closed'))
    await new Promise<void>((resolve) => {
      if (this.#socket.closed) return resolve()
      this.#socket.once('close', () => resolve())
      // What was written goes out first, but a peer that does not read must not hold us up.
      this.#socket.end()
      setTimeout(() => this.#socket.destroy(), 200).unref()
    })
  }

  async read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }> {
    const read = await this.#incoming.read(buffer, offset, length)
    if (this.#incoming.octets < MAX_WAITING_OCTETS) this.#socket.resume()
    return read
  }

  async write(buffer: Buffer): Promise<void> {
    if (this.#incoming.ended !== undefined) throw this.#incoming.ended
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(buffer, (error) => (error ? reject(error) : resolve()))
    })
  }

  update(): Promise<void> {
    return Promise.reject(new Error('speed is set at the terminal server'))
  }

  set(): Promise<void> {
    return Promise.reject(new Error('a raw TCP port has no control lines'))
  }

  get(): Promise<BindingPortStatus> {
    return Promise.reject(new Error('a raw TCP port has no control lines'))
  }

  getBaudRate(): Promise<{ baudRate: number }> {
    return Promise.resolve({ baudRate: this.openOptions.baudRate })
  }

  flush(): Promise<void> {
    this.#incoming.clear()
    this.#socket.resume()
    return Promise.resolve()
  }

  /** Writes are fulfilled only when the system has taken them; more cannot be known of a terminal server. */
  drain(): Promise<void> {
    return Promise.resolve()
  }
}

import { createConnection, type Socket } from 'node:net'
import { readRtspResponse, writeRtspRequest, type RtspResponse } from './rtsp-response.js'

/** The server closed the connection before its answer was whole. */
export class RtspClosedError extends Error {
  override readonly name = 'RtspClosedError'

  constructor() {
    super('expected an answer, the device closed the connection')
  }
}

/** A TCP connection to an RTSP server, a request at a time. */
export class RtspConnection {
  readonly #socket: Socket
  readonly #pieces: AsyncIterator<Buffer>
  #octets: Buffer = Buffer.alloc(0)
  #sequence = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#pieces = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  /**
   * Connect.
   *
   * @param signal - cuts the connection whenever it aborts
   * @throws Node's own error when nobody answers; the reason of the signal
   */
  static async open(host: string, port: number, signal: AbortSignal): Promise<RtspConnection> {
    signal.throwIfAborted()
    const socket = createConnection({ host, port, noDelay: true })
    const cut = (): void => {
      socket.destroy(signal.reason instanceof Error ? signal.reason : undefined)
    }
    signal.addEventListener('abort', cut, { once: true })
    socket.once('close', () => signal.removeEventListener('abort', cut))
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        // From here on the reader of the answer is told.
        socket.on('error', () => undefined)
        resolve()
      })
    })
    return new RtspConnection(socket)
  }

  /**
   * Ask, and wait for the answer.
   *
   * @throws RtspSyntaxError, {@link RtspClosedError}, Node's own error
   */
  async ask(method: string, uri: string, headers: Readonly<Record<string, string>>): Promise<RtspResponse> {
    this.#sequence += 1
    this.#socket.write(writeRtspRequest(method, uri, { CSeq: String(this.#sequence), ...headers }))
    for (;;) {
      const read = readRtspResponse(this.#octets)
      if (read) {
        this.#octets = this.#octets.subarray(read.octets)
        return read.response
      }
      const next = await this.#pieces.next()
      if (next.done === true) throw new RtspClosedError()
      this.#octets = Buffer.concat([this.#octets, next.value])
    }
  }

  close(): void {
    this.#socket.destroy()
  }
}

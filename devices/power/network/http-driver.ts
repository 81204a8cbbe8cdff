import { Agent, request } from 'undici'
import { readChallenges } from '../../onvif/http-challenge.js'
import { chooseDigest, digestAuthorization } from '../../onvif/http-digest.js'
import type { ParsedOptionsOf } from '../options.js'
import type { OutletDriver } from '../outlet-driver.js'
import { OutletFault } from '../outlet-fault.js'
import type { OutletState } from '../power-outlet.js'
import { findReading } from './reading.js'

/** Longest answer that is read. */
const MAX_ANSWER_OCTETS = 64 * 1024
const IDLE_CONNECTION_MS = 1000

type HttpOptions = ParsedOptionsOf<'http'>
type WebRequest = HttpOptions['on']

interface WebAnswer {
  readonly status: number
  readonly challenges: readonly string[]
  readonly text: string
}

/** A PDU or relay that is switched by HTTP requests, which the bench file spells out. */
export class HttpDriver implements OutletDriver {
  readonly readback: OutletDriver['readback']
  readonly #options: HttpOptions
  #agent: Agent | undefined

  constructor(options: HttpOptions) {
    this.#options = options
    this.readback = options.state === undefined ? 'write-only' : 'state'
  }

  open(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    // PDUs serve few connections, and forget them; none is kept for long.
    this.#agent = new Agent({
      connections: 1,
      keepAliveTimeout: IDLE_CONNECTION_MS,
      maxResponseSize: MAX_ANSWER_OCTETS,
    })
    return Promise.resolve()
  }

  async switchTo(to: 'on' | 'off', signal: AbortSignal | undefined): Promise<void> {
    await this.#ask(this.#options[to], signal)
  }

  async read(signal: AbortSignal | undefined): Promise<OutletState> {
    const { state } = this.#options
    if (state === undefined) return 'unknown'
    const text = await this.#ask(state.request, signal)
    const reading = findReading(text, state)
    if (reading === state.on) return 'on'
    if (reading === state.off) return 'off'
    throw new OutletFault(
      'answer',
      `expected '${state.on}' or '${state.off}' as the state, got '${reading.slice(0, 80)}'`,
    )
  }

  async close(): Promise<void> {
    await this.#agent?.destroy()
    this.#agent = undefined
  }

  /** Ask, and once more with credentials when they are asked for. */
  async #ask(what: WebRequest, signal: AbortSignal | undefined): Promise<string> {
    const { user, password = '', replyTimeoutMs } = this.#options
    const deadline = AbortSignal.timeout(replyTimeoutMs)
    const ending = signal === undefined ? deadline : AbortSignal.any([signal, deadline])
    let answer
    try {
      answer = await this.#send(what, undefined, ending)
      if (answer.status === 401 && user !== undefined) {
        const authorization = authorizationFor(answer, { user, password }, this.#lineOf(what))
        if (authorization !== undefined) answer = await this.#send(what, authorization, ending)
      }
    } catch (cause) {
      if (signal?.aborted) throw signal.reason
      throw this.#silence(what, cause, deadline.aborted)
    }
    if (answer.status === 401 || answer.status === 403) {
      throw new OutletFault('refused', `${this.#nameOf(what)} was refused with status ${answer.status}`)
    }
    if (answer.status < 200 || answer.status > 299) {
      throw new OutletFault('answer', `expected status 200 of ${this.#nameOf(what)}, got ${answer.status}`)
    }
    return answer.text
  }

  async #send(what: WebRequest, authorization: string | undefined, signal: AbortSignal): Promise<WebAnswer> {
    const { method, url, body, contentType } = this.#filled(what)
    const {
      statusCode,
      headers,
      body: answer,
    } = await request(url, {
      // Outlets call their driver only between open and close.
      dispatcher: this.#agent!,
      method,
      body: body ?? null,
      signal,
      headers: {
        ...(body === undefined ? {} : { 'content-type': contentType }),
        ...(authorization === undefined ? {} : { authorization }),
      },
    })
    const challenge = headers['www-authenticate'] ?? []
    return { status: statusCode, challenges: [challenge].flat(), text: await answer.text() }
  }

  #filled(what: WebRequest) {
    const { outlet } = this.#options
    const { method, url, body, contentType } =
      typeof what === 'string' ? { method: 'GET' as const, url: what, body: undefined, contentType: '' } : what
    const spelled = contentType.includes('json') ? JSON.stringify(outlet).slice(1, -1) : encodeURIComponent(outlet)
    return {
      method,
      url: new URL(url.replaceAll('{outlet}', encodeURIComponent(outlet))),
      body: body?.replaceAll('{outlet}', spelled),
      contentType,
    }
  }

  #lineOf(what: WebRequest): { readonly method: string; readonly target: string } {
    const { method, url } = this.#filled(what)
    return { method, target: url.pathname + url.search }
  }

  #nameOf(what: WebRequest): string {
    const { method, url } = this.#filled(what)
    return `${method} ${url.href}`
  }

  #silence(what: WebRequest, cause: unknown, isLate: boolean): OutletFault {
    const reason = isLate
      ? `no whole answer within ${this.#options.replyTimeoutMs} ms`
      : cause instanceof Error
        ? cause.message
        : 'no answer'
    return new OutletFault('silent', `${this.#nameOf(what)}: ${reason}`, { cause })
  }
}

/** The strongest proof that the server offers; Basic, which tells the password, only where it offers nothing better. */
function authorizationFor(
  { challenges }: WebAnswer,
  credentials: { readonly user: string; readonly password: string },
  line: { readonly method: string; readonly target: string },
): string | undefined {
  const offered = readChallenges(challenges)
  const digest = chooseDigest(offered)
  if (digest !== undefined) return digestAuthorization(digest, credentials, line, { count: 1 })
  if (!offered.some(({ scheme }) => scheme === 'basic')) return undefined
  return `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`, 'utf8').toString('base64')}`
}

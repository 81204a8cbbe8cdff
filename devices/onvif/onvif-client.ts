import { setTimeout as delay } from 'node:timers/promises'
import { DeviceError, DeviceErrorCode } from 'viewnet/device'
import { Authenticator, type Proof } from './authenticator.js'
import { challengesOf, isConnectionLoss, toDeviceError } from './blame.js'
import { withDeadline, type Limits } from './deadline.js'
import { readSystemDateAndTime } from './device-clock.js'
import { askThroughNodeOnvif, type OpenOperation } from './node-onvif-call.js'
import type { ParsedOptions } from './options.js'
import { SoapClient } from './soap-client.js'
import { readReply } from './soap-reply.js'
import { DeviceRequest, type SoapRequest } from './soap-request.js'
import { readXml, type XmlElement, type XmlReaderOptions } from './xml-reader.js'

/** One question, asked as the user. */
export interface Question extends Limits {
  /** Left out: the device service. */
  readonly address?: URL
  readonly request: SoapRequest
  readonly handlerOf?: XmlReaderOptions['handlerOf']
}

/** What a listing needs of an {@link OnvifClient}. */
export type Asker = Pick<OnvifClient, 'ask' | 'deviceTimeMs' | 'pause'>

/** The questions that anybody may ask. */
const OpenRequest: Readonly<Record<OpenOperation, SoapRequest>> = {
  GetSystemDateAndTime: DeviceRequest.getSystemDateAndTime,
  GetCapabilities: DeviceRequest.getCapabilities,
  GetServices: DeviceRequest.getServices,
}

/**
 * A refused token is worth another try only when the device's clock has moved by more than this since it was last read: it tells whole seconds, so
 * two readings differ by up to one by themselves. Without a move the password is wrong, and a second try brings an account nearer to its lock.
 */
const CLOCK_MOVE_MS = 2000

/** Proofs for one question: a token, a digest in its place, a digest by a newer nonce, both. Each is sent for a reason of its own. */
const MAX_PROOFS = 4

/**
 * After refused credentials that were never good before, the device is not asked as the user for so long, whoever wants to know: an endpoint that repeats
 * its request would lock the account within a minute. Somebody who puts things right at the device waits no longer than that.
 */
const REFUSAL_MEMORY_MS = 60_000

/** Asks one device: knows its address, who asks, and how far its clock is from ours. */
export class OnvifClient {
  /** Of the device service. */
  readonly address: URL
  readonly #soap: SoapClient
  readonly #authenticator: Authenticator | undefined
  readonly #maxReplyBytes: number
  readonly #attemptTimeoutMs: number
  /** node-onvif asks http: only, and nobody can observe what it does. */
  readonly #usesNodeOnvif: boolean
  #clockOffsetMs: number | undefined
  #isClockRead = false
  #isGreeted = false
  /** Some proof was good. */
  #isProven = false
  #refusal: { readonly error: DeviceError; readonly atMs: number } | undefined
  /** The question that carries the first proof, until it is answered; never rejects. */
  #firstProof: Promise<void> | undefined
  /** The device closes connections that it said it would keep. */
  #keepsNoConnections = false

  constructor({ url, user, password, maxReplyBytes, attemptTimeoutMs, tls, observe }: ParsedOptions) {
    this.address = url
    this.#authenticator = user === undefined ? undefined : new Authenticator({ user, password: password ?? '' })
    this.#maxReplyBytes = maxReplyBytes
    this.#attemptTimeoutMs = attemptTimeoutMs
    this.#usesNodeOnvif = url.protocol === 'http:' && observe === undefined
    this.#soap = new SoapClient({ maxReplyBytes, tls, observe })
  }

  /** The device's time now, as far as we know its clock; ours where it never told it. Ms since 1970. */
  get deviceTimeMs(): number {
    return Date.now() + (this.#clockOffsetMs ?? 0)
  }

  /**
   * Ask as the user, with the proof that the device wants. Asked again, within the same time, only where that is safe and promising: with a newer or
   * another proof, or on a new connection.
   *
   * @returns the element in the answer's SOAP body
   * @throws `DeviceError`, or the reason of the signal
   */
  async ask(question: Question): Promise<XmlElement> {
    return this.#within(question, question.request, async (signal) => {
      const authenticator = this.#authenticator
      if (!authenticator) return this.#attempt({ ...question, signal }, () => undefined)
      this.#throwIfRefused()
      await this.#greet(authenticator, { ...question, signal })
      return this.#oneUntilProven(signal, () => this.#askAs(authenticator, { ...question, signal }))
    })
  }

  /**
   * Ask what anybody may ask: through node-onvif, and where that cannot do it, directly, which also tells why. Devices that let nobody ask anything
   * are then asked as the user.
   *
   * @returns the element in the answer's SOAP body
   * @throws `DeviceError`, or the reason of the signal
   */
  async askOpenly(operation: OpenOperation, limits: Limits): Promise<XmlElement> {
    const request = OpenRequest[operation]
    return this.#within(limits, request, async (signal) => {
      const question = { request, signal, timeoutMs: limits.timeoutMs }
      const answer = await this.#askNodeOnvif(operation, signal)
      if (answer) return answer
      try {
        return await this.#attempt(question, () => undefined)
      } catch (error) {
        // The clock is what a token needs first, so it cannot be asked for with one.
        if (!this.#authenticator || operation === 'GetSystemDateAndTime' || !isRefusal(error)) throw error
        return this.ask(question)
      }
    })
  }

  /**
   * Read the device's clock.
   *
   * @returns the device's clock minus ours, in ms, to about a second; `undefined` when the device does not tell
   * @throws `DeviceError` when it cannot be reached, or the reason of the signal
   */
  async readClockOffset(limits: Limits): Promise<number | undefined> {
    try {
      const timeMs = readSystemDateAndTime(await this.askOpenly('GetSystemDateAndTime', limits))
      this.#clockOffsetMs = timeMs === undefined ? undefined : timeMs - Date.now()
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code === DeviceErrorCode.unreachable) throw error
      // It is there, but does not tell: most such devices are of our own time.
      this.#clockOffsetMs = undefined
    }
    this.#isClockRead = true
    return this.#clockOffsetMs
  }

  /**
   * Wait before the next question.
   *
   * @throws the reason of the signal
   */
  async pause(spanMs: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await delay(spanMs, undefined, { signal })
    } catch (error) {
      // Not the timer's own error, but the reason that the caller gave.
      signal?.throwIfAborted()
      throw error
    }
  }

  /** Release the connections. Closing twice is fine. */
  close(): Promise<void> {
    return this.#soap.close()
  }

  /** One deadline around however many attempts. */
  async #within<T>(limits: Limits, { operation }: SoapRequest, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      return await withDeadline(limits, work)
    } catch (cause) {
      if (limits.signal?.aborted && cause === limits.signal.reason) throw cause
      throw toDeviceError(cause, { operation, address: this.address.href })
    }
  }

  /**
   * Learn which proof the device wants, once, by a question without any: so the first proof that it gets is of the right kind, and a wrong password
   * counts once against the account. The question is one that a device answers to nobody, or that tells an anonymous user nothing wrong.
   */
  async #greet(authenticator: Authenticator, limits: Limits): Promise<void> {
    if (this.#isGreeted) return
    try {
      await this.#attempt({ ...limits, request: DeviceRequest.getDeviceInformation }, () => undefined)
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code === DeviceErrorCode.unreachable) throw error
      authenticator.takeChallenges(challengesOf(error) ?? [], undefined)
    }
    this.#isGreeted = true
  }

  /** Until some proof was good, one question at a time carries any: a wrong password counts once against the account, however many ask at once. */
  async #oneUntilProven<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    while (!this.#isProven && this.#firstProof) {
      await this.#firstProof
      // Whoever waited for it may have run out of time meanwhile.
      signal.throwIfAborted()
      this.#throwIfRefused()
    }
    if (this.#isProven) return ask()
    const answer = ask()
    this.#firstProof = answer.then(
      () => (this.#firstProof = undefined),
      () => (this.#firstProof = undefined),
    )
    return answer
  }

  async #askAs(authenticator: Authenticator, question: Question): Promise<XmlElement> {
    for (let proofCount = 1; ; proofCount++) {
      if (authenticator.needsClock && !this.#isClockRead) await this.readClockOffset(question)
      let proof: Proof | undefined
      try {
        const answer = await this.#attempt(question, (address) => {
          proof = authenticator.prove(
            { method: 'POST', target: address.pathname + address.search },
            this.#clockOffsetMs ?? 0,
          )
          return proof
        })
        this.#isProven = true
        return answer
      } catch (error) {
        if (!isRefusal(error) || !proof) throw error
        if (proofCount < MAX_PROOFS && (await this.#canProveBetter(authenticator, error, proof, question))) continue
        if (!this.#isProven) this.#refusal = { error, atMs: performance.now() }
        throw error
      }
    }
  }

  #throwIfRefused(): void {
    const refusal = this.#refusal
    if (!refusal || performance.now() - refusal.atMs > REFUSAL_MEMORY_MS) return
    const { message, operation, address, cause } = refusal.error
    throw new DeviceError(
      DeviceErrorCode.refused,
      `${message}; not asked again within ${REFUSAL_MEMORY_MS / 1000} s, so that no account is locked`,
      { ...(operation === undefined ? {} : { operation }), ...(address === undefined ? {} : { address }), cause },
    )
  }

  async #canProveBetter(authenticator: Authenticator, error: unknown, proof: Proof, limits: Limits): Promise<boolean> {
    if (authenticator.takeChallenges(challengesOf(error) ?? [], proof)) return true
    if (challengesOf(error) === undefined && authenticator.takeRefusal(proof)) return true
    if (proof.clockOffsetMs === undefined) return false
    const offsetMs = (await this.readClockOffset(limits)) ?? 0
    return Math.abs(offsetMs - proof.clockOffsetMs) > CLOCK_MOVE_MS
  }

  /**
   * Ask, and once more on a connection of its own when the connection was lost before any answer began. That connection may have been an idle one that
   * the device had closed; from then on none is kept.
   *
   * @param prove - called for each time that the question is sent: no device takes the same nonce twice
   */
  async #attempt(question: Question, prove: (address: URL) => Proof | undefined): Promise<XmlElement> {
    const address = question.address ?? this.address
    const send = (isAlone: boolean): Promise<XmlElement> => {
      const proof = prove(address)
      return this.#soap.call({
        ...question,
        address,
        timeoutMs: Math.min(question.timeoutMs, this.#attemptTimeoutMs),
        header: proof?.header,
        authorization: proof?.authorization,
        isAlone,
      })
    }
    const wasAlone = this.#keepsNoConnections
    try {
      return await send(wasAlone)
    } catch (error) {
      if (!isConnectionLoss(error) || wasAlone) throw error
      this.#keepsNoConnections = true
      if (question.request.isRepeatable === false) throw error
      return send(true)
    }
  }

  async #askNodeOnvif(operation: OpenOperation, signal: AbortSignal): Promise<XmlElement | undefined> {
    if (!this.#usesNodeOnvif) return undefined
    try {
      const message = await askThroughNodeOnvif(operation, this.address, signal)
      return readReply(readXml(Buffer.from(message), { maxBytes: this.#maxReplyBytes }), OpenRequest[operation])
    } catch {
      signal.throwIfAborted()
      return undefined
    }
  }
}

function isRefusal(error: unknown): error is DeviceError {
  return error instanceof DeviceError && error.code === DeviceErrorCode.refused
}

import { DeviceError, DeviceErrorCode } from 'viewnet/device'
import { toDeviceError } from './blame.js'
import { withDeadline, type Limits } from './deadline.js'
import { readSystemDateAndTime } from './device-clock.js'
import { askThroughNodeOnvif, type OpenOperation } from './node-onvif-call.js'
import type { ParsedOptions } from './options.js'
import { SoapClient } from './soap-client.js'
import { readReply } from './soap-reply.js'
import { DeviceRequest, type SoapRequest } from './soap-request.js'
import { usernameToken, type Credentials } from './username-token.js'
import { readXml, type XmlElement, type XmlReaderOptions } from './xml-reader.js'

/** One question, asked as the user. */
export interface Question extends Limits {
  /** Left out: the device service. */
  readonly address?: URL
  readonly request: SoapRequest
  readonly take?: XmlReaderOptions['take']
}

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

/** Asks one device: knows its address, who asks, and how far its clock is from ours. */
export class OnvifClient {
  /** Of the device service. */
  readonly address: URL
  readonly #soap: SoapClient
  readonly #credentials: Credentials | undefined
  readonly #maxReplyBytes: number
  #clockOffsetMs: number | undefined
  #isClockRead = false

  constructor({ url, user, password, maxReplyBytes }: ParsedOptions) {
    this.address = url
    this.#credentials = user === undefined ? undefined : { user, password: password ?? '' }
    this.#maxReplyBytes = maxReplyBytes
    this.#soap = new SoapClient({ maxReplyBytes })
  }

  /** The device's time now, as far as we know its clock; ours where it never told it. Ms since 1970. */
  get deviceTimeMs(): number {
    return Date.now() + (this.#clockOffsetMs ?? 0)
  }

  /**
   * Ask as the user, with a token dated by the device's clock. When the device refuses it, its clock is read again, and if that has moved, the
   * question is asked once more.
   *
   * @returns the element in the answer's SOAP body
   * @throws `DeviceError`, or the reason of the signal
   */
  async ask(question: Question): Promise<XmlElement> {
    if (!this.#credentials) return this.#call(question)
    if (!this.#isClockRead) await this.readClockOffset(question)
    const usedOffsetMs = this.#clockOffsetMs ?? 0
    try {
      return await this.#call(question)
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== DeviceErrorCode.refused) throw error
      const offsetMs = (await this.readClockOffset(question)) ?? 0
      if (Math.abs(offsetMs - usedOffsetMs) <= CLOCK_MOVE_MS) throw error
      return this.#call(question)
    }
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
    try {
      return await withDeadline(limits, async (signal) => {
        const answer = await this.#askNodeOnvif(operation, signal)
        if (answer) return answer
        const question = { request, signal, timeoutMs: limits.timeoutMs }
        // The clock is what a token needs first, so it cannot be asked for with one.
        return operation === 'GetSystemDateAndTime' ? this.#callWithoutToken(question) : this.ask(question)
      })
    } catch (cause) {
      if (limits.signal?.aborted && cause === limits.signal.reason) throw cause
      throw toDeviceError(cause, { operation, address: this.address.href })
    }
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

  /** Release the connections. Closing twice is fine. */
  close(): Promise<void> {
    return this.#soap.close()
  }

  async #askNodeOnvif(operation: OpenOperation, signal: AbortSignal): Promise<XmlElement | undefined> {
    if (this.address.protocol !== 'http:') return undefined
    try {
      const message = await askThroughNodeOnvif(operation, this.address, signal)
      return readReply(readXml(Buffer.from(message), { maxBytes: this.#maxReplyBytes }), OpenRequest[operation])
    } catch {
      signal.throwIfAborted()
      return undefined
    }
  }

  #call(question: Question): Promise<XmlElement> {
    if (!this.#credentials) return this.#callWithoutToken(question)
    const header = usernameToken(this.#credentials, { createdAtMs: this.deviceTimeMs })
    return this.#soap.call({ ...question, address: question.address ?? this.address, header })
  }

  #callWithoutToken(question: Question): Promise<XmlElement> {
    return this.#soap.call({ ...question, address: question.address ?? this.address })
  }
}

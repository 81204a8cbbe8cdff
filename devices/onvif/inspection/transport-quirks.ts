import type { OnvifExchange } from '../onvif-exchange.js'
import { readSystemDateAndTime } from '../device-clock.js'
import { faultCodesOf, headerOf, type ReadAnswer } from './read-answer.js'
import { readCapabilities, readServices } from '../services.js'
import type { QuirkLog } from './quirk-log.js'
import { clockOffsetText } from './span-text.js'

/** Within this, a clock may be called right: a device tells whole seconds, and the way takes some. */
const CLOCK_TOLERANCE_MS = 5000
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Notes what is unusual about how a device speaks HTTP and SOAP, where it says it is, and what time it has. */
export class TransportQuirks {
  readonly #log: QuirkLog
  readonly #reachedAt: URL
  readonly #nowMs: () => number
  #clockOffsetMs: number | undefined

  /**
   * @param reachedAt - the device service, as we were told
   * @param nowMs - our own clock
   */
  constructor(log: QuirkLog, reachedAt: URL, nowMs: () => number) {
    this.#log = log
    this.#reachedAt = reachedAt
    this.#nowMs = nowMs
  }

  /** Take in an exchange whose response could be read. */
  receive(exchange: OnvifExchange, { body }: ReadAnswer): void {
    this.receiveUnread(exchange)
    const { operation, status } = exchange
    const codes = faultCodesOf(body)
    if (status === 200 && codes.length > 0)
      this.#log.note('fault-200', `${operation} was answered with HTTP status 200 and the fault ${codes.join('/')}`)
    // What is the sender's fault, SOAP's HTTP binding answers with status 400.
    if (status === 500 && codes[0] === 'Sender')
      this.#log.note('fault-500', `${operation} was answered with HTTP status 500 and the fault ${codes.join('/')}`)
    if (body.name === 'GetServicesResponse') this.#noteAddresses(readServices(body))
    if (body.name === 'GetCapabilitiesResponse') this.#noteAddresses(readCapabilities(body))
    if (body.name === 'GetSystemDateAndTimeResponse') this.#noteClock(readSystemDateAndTime(body))
  }

  /** Take in an exchange whose response is no SOAP message. */
  receiveUnread(exchange: OnvifExchange): void {
    const { operation, status } = exchange
    if (status === undefined) return
    const type = headerOf(exchange, 'content-type')
    if (type.startsWith('text/html')) this.#log.note('html', `${operation} was answered with content of type '${type}'`)
    if (headerOf(exchange, 'content-length') === '' && headerOf(exchange, 'transfer-encoding') === '')
      this.#log.note('unterminated-reply', `the answer to ${operation} tells no length, and ends with its connection`)
    if (status === 401 && headerOf(exchange, 'connection').toLowerCase() === 'close')
      this.#log.note('closes-on-401', `${operation} was answered with HTTP status 401, and the connection closed`)
  }

  #noteAddresses(services: readonly { readonly name: string; readonly address: string }[]): void {
    const reached = this.#reachedAt
    for (const { name, address } of services) {
      if (!URL.canParse(address, reached.href)) {
        this.#log.note('xaddr-unreadable', `the XAddr of the ${name} service is '${address}'`)
        continue
      }
      const told = new URL(address, reached)
      const fact = `the XAddr of the ${name} service is ${told.protocol}//${told.host}${told.pathname}${told.search}; the device was reached at ${reached.host}`
      if (told.hostname !== reached.hostname) this.#log.note('xaddr-other-host', fact)
      if (told.port !== reached.port) this.#log.note('xaddr-other-port', fact)
      if (told.search !== '') this.#log.note('xaddr-query', fact)
      if (name === 'device' && told.pathname !== reached.pathname) this.#log.note('xaddr-other-path', fact)
    }
  }

  #noteClock(timeMs: number | undefined): void {
    if (timeMs === undefined) return this.#log.note('no-utc-time', 'GetSystemDateAndTime tells no time in UTC')
    const offsetMs = timeMs - this.#nowMs()
    const fact = `the clock of the device is ${clockOffsetText(offsetMs)}`
    if (Math.abs(offsetMs) >= HOUR_MS) this.#log.note('clock-hours-off', fact)
    else if (Math.abs(offsetMs) >= MINUTE_MS) this.#log.note('clock-minutes-off', fact)
    else if (Math.abs(offsetMs) > CLOCK_TOLERANCE_MS) this.#log.note('clock-seconds-off', fact)
    if (this.#clockOffsetMs !== undefined && Math.abs(offsetMs - this.#clockOffsetMs) > CLOCK_TOLERANCE_MS)
      this.#log.note('clock-drifts', `${fact}, and was ${clockOffsetText(this.#clockOffsetMs)} before`)
    this.#clockOffsetMs = offsetMs
  }
}

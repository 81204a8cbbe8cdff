import { readChallenges } from '../http-challenge.js'
import type { OnvifExchange } from '../onvif-exchange.js'
import { XmlError } from '../xml-error.js'
import { faultCodesOf, headerOf, isRefusal, readAnswer } from './read-answer.js'

/** How a device lets somebody in. */
export interface AuthenticationFacts {
  /**
   * What it asks for: `none` when it tells its identity to anybody; `http-digest` by a challenge, with its algorithm in brackets; `ws-security`, when it
   * refuses a question without credentials by a SOAP fault.
   */
  readonly offered: readonly string[]
  /** What let us in: `none`, `ws-security`, `http-digest`, both joined by ` + `; null when nothing did. */
  readonly accepted: string | null
}

/** Gathers from the exchanges how a device authenticates. */
export class AuthenticationObserver {
  readonly #offered = new Set<string>()
  readonly #accepted = new Set<string>()

  /** Take in the next exchange. Only the question for the identity counts: anybody may ask most others that begin an inspection. */
  receive(exchange: OnvifExchange): void {
    if (exchange.operation !== 'GetDeviceInformation') return
    const hasToken = exchange.requestXml.includes('UsernameToken>')
    const hasDigest = exchange.authorization !== undefined
    for (const { scheme, parameters } of readChallenges([headerOf(exchange, 'www-authenticate')])) {
      const algorithm = parameters.get('algorithm') ?? 'MD5 by default'
      this.#offered.add(scheme === 'digest' ? `http-digest (${algorithm})` : `http-${scheme}`)
    }
    const codes = faultCodesIn(exchange)
    if (isRefusal(exchange, codes)) {
      if (codes.length > 0 && exchange.status !== 401 && !hasToken && !hasDigest) this.#offered.add('ws-security')
      return
    }
    if (codes.length > 0 || exchange.error !== undefined || exchange.status !== 200) return
    const ways = [hasToken ? 'ws-security' : '', hasDigest ? 'http-digest' : ''].filter((way) => way !== '')
    if (ways.length === 0) this.#offered.add('none')
    this.#accepted.add(ways.length === 0 ? 'none' : ways.join(' + '))
  }

  get facts(): AuthenticationFacts {
    // A device that lets anybody in was asked with credentials too; that it took them says nothing.
    const [accepted = null] = this.#accepted.has('none') ? ['none'] : this.#accepted
    return { offered: [...this.#offered], accepted }
  }
}

function faultCodesIn({ responseOctets }: OnvifExchange): readonly string[] {
  try {
    return faultCodesOf(readAnswer(responseOctets, () => undefined).body)
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    return []
  }
}

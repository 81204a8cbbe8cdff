import { DeviceError, DeviceErrorCode } from 'viewnet/device'
import type { Limits } from '../deadline.js'
import { OnvifClient } from '../onvif-client.js'
import { parseOptions } from '../options.js'
import { readCapabilities, readServices, REPLAY_SERVICE, SEARCH_SERVICE } from '../services.js'

/** What a device offers to anybody who asks. */
export interface DeviceOffer {
  /** Whether it has a recording search service; `undefined`: it does not tell. */
  readonly search: boolean | undefined
  /** Whether it has a replay service; `undefined`: it does not tell. */
  readonly replay: boolean | undefined
  /** For people: `device`, `media2`, `search`; empty where it does not tell. */
  readonly services: readonly string[]
}

const QUESTIONS = [
  { operation: 'GetServices', read: readServices },
  { operation: 'GetCapabilities', read: readCapabilities },
] as const

/**
 * Ask a device what it offers, without credentials: ONVIF lets anybody ask for GetServices and GetCapabilities. The older of the two is asked where the
 * newer one tells of no search.
 *
 * @param url - of the device service
 * @returns what it tells; nothing where it does not answer, or not to us
 * @throws `UsageError` `ERR_VIEWNET_OPTION` for an impossible URL; the reason of the signal
 */
export async function askOffer(url: string, limits: Limits): Promise<DeviceOffer> {
  // Nothing secret is told to it, and what it says is worth no more over http.
  const tls = /^https:/i.test(url) ? { tls: { insecure: true } as const } : {}
  const client = new OnvifClient(parseOptions({ url, callTimeoutMs: limits.timeoutMs, ...tls }))
  const services = new Set<string>()
  let isTold = false
  try {
    for (const { operation, read } of QUESTIONS) {
      if (services.has(SEARCH_SERVICE) && services.has(REPLAY_SERVICE)) break
      try {
        for (const { name } of read(await client.askOpenly(operation, limits))) services.add(name)
        isTold = true
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error
        // Who does not answer one question in time will not answer the next.
        if (error.code === DeviceErrorCode.unreachable) break
      }
    }
  } finally {
    await client.close()
  }
  const offers = (name: string): boolean | undefined => (services.has(name) ? true : isTold ? false : undefined)
  return { search: offers(SEARCH_SERVICE), replay: offers(REPLAY_SERVICE), services: [...services] }
}

import { DeviceError, DeviceErrorCode } from 'viewnet/device'
import { TimeBudget } from './deadline.js'
import type { Asker } from './onvif-client.js'
import type { ParsedOptions } from './options.js'
import type { SearchOptions } from './search-session.js'
import type { SoapRequest } from './soap-request.js'

/** Longest that we let a device wait before it answers a poll; well within the ten seconds for which it must keep a session. */
const WAIT_TIME_MS = 5000

/** Longest that EndSearch may take. */
const LEAVE_TIMEOUT_MS = 2000

/**
 * Ask the search service of a device for one listing, each call within what is left of the listing's time.
 *
 * @param address - of the search service
 * @param signal - ends the listing early
 */
export function searchWithinBudget(
  client: Asker,
  address: URL,
  { attemptTimeoutMs, callTimeoutMs, overallTimeoutMs, pageSize }: ParsedOptions,
  signal: AbortSignal | undefined,
): SearchOptions {
  const budget = new TimeBudget(overallTimeoutMs)
  const tooLong = ({ operation }: SoapRequest, cause?: DeviceError): DeviceError =>
    new DeviceError(
      DeviceErrorCode.unreachable,
      `${operation} at ${address.href}: expected the whole listing within ${overallTimeoutMs} ms, got only a part of it`,
      { operation, address: address.href, cause },
    )
  return {
    pageSize,
    // Half of an exchange's time is left for the answer itself.
    waitTimeMs: Math.min(WAIT_TIME_MS, attemptTimeoutMs / 2, callTimeoutMs / 2),

    async ask(request, handlerOf) {
      signal?.throwIfAborted()
      if (budget.remainingMs === 0) throw tooLong(request)
      const timeoutMs = Math.min(callTimeoutMs, budget.remainingMs)
      try {
        return await budget.spend(() => client.ask({ address, request, timeoutMs, signal, handlerOf }))
      } catch (error) {
        const isCutShort =
          budget.remainingMs === 0 && error instanceof DeviceError && error.code === DeviceErrorCode.unreachable
        throw isCutShort ? tooLong(request, error) : error
      }
    },

    async leave(request) {
      const timeoutMs = Math.min(callTimeoutMs, LEAVE_TIMEOUT_MS)
      const left = client.ask({ address, request, timeoutMs }).then(
        () => undefined,
        () => undefined,
      )
      // Whoever ended the listing is not kept waiting: the call ends by itself.
      if (!signal?.aborted) await left
    },

    async pause(spanMs) {
      await budget.spend(() => client.pause(spanMs, signal))
    },
  }
}

import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { ClientRequest, type IncomingMessage } from 'node:http'
import type { NodeOnvifDeviceService, NodeOnvifReply } from 'node-onvif'

/** What node-onvif asks for us: questions that anybody may ask, so that it never learns a password (docs/decisions/0010-node-onvif.md). */
export type OpenOperation = 'GetSystemDateAndTime' | 'GetCapabilities' | 'GetServices'

const ASK: Readonly<Record<OpenOperation, (service: NodeOnvifDeviceService) => Promise<NodeOnvifReply>>> = {
  GetSystemDateAndTime: (service) => service.getSystemDateAndTime(),
  GetCapabilities: (service) => service.getCapabilities(),
  GetServices: (service) => service.getServices({ IncludeCapability: false }),
}

/**
 * Most octets that node-onvif may collect. It has no bound of its own, and indents every reply by its depth, so that a hostile one grows with the
 * square of its size. Real answers to these questions have 3 to 12 KiB.
 */
const MAX_REPLY_BYTES = 32 * 1024

/** Published by Node for every HTTP request that is sent: the one way to reach the requests of a library that keeps them to itself. */
const REQUEST_START = 'http.client.request.start'

/** Who, in this chain of calls, wants to know of HTTP requests. */
const watcher = new AsyncLocalStorage<(request: ClientRequest) => void>()

/**
 * Let node-onvif ask a device's device service, without credentials.
 *
 * Its calls may never settle, so this ends with the signal, and takes the connection with it.
 *
 * @param address - of the device service; http: only, because node-onvif cannot do https
 * @returns the SOAP message of the answer, not yet checked in any way
 * @throws whatever node-onvif says, which is too vague to blame anybody; the reason of the signal when that aborts
 */
export async function askThroughNodeOnvif(
  operation: OpenOperation,
  address: URL,
  signal: AbortSignal,
): Promise<string> {
  const { default: nodeOnvif } = await import('node-onvif')
  signal.throwIfAborted()
  const { device } = new nodeOnvif.OnvifDevice({ xaddr: address.href }).services
  // It sends `pathname` as the whole path, and so would lose a query string.
  device.oxaddr.pathname = address.pathname + address.search

  const requests = new Set<ClientRequest>()
  const onRequestStart = (message: unknown): void => {
    const request = message instanceof Object && 'request' in message ? message.request : undefined
    if (request instanceof ClientRequest) watcher.getStore()?.(request)
  }
  subscribe(REQUEST_START, onRequestStart)
  let onAbort: (() => void) | undefined
  try {
    return await new Promise((resolve, reject) => {
      onAbort = () => reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      const watch = (request: ClientRequest): void => {
        // Each call that is under way hands on each request, to whose it is.
        if (requests.has(request)) return
        requests.add(request)
        request.once('response', (response) => boundReply(response, reject))
      }
      watcher.run(watch, () => {
        ASK[operation](device).then(({ soap }) => resolve(soap), reject)
      })
    })
  } catch (error) {
    for (const request of requests) request.destroy()
    throw error
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort)
    unsubscribe(REQUEST_START, onRequestStart)
  }
}

function boundReply(response: IncomingMessage, reject: (reason: Error) => void): void {
  let byteCount = 0
  response.on('data', (chunk: string | Uint8Array) => {
    byteCount += chunk.length
    if (byteCount > MAX_REPLY_BYTES) reject(new Error(`expected at most ${MAX_REPLY_BYTES} octets, got more`))
  })
}

import { readFile } from 'node:fs/promises'
import { parseStrictly, UsageError } from 'viewnet/device'
import { z } from 'zod'
import type { HttpReply } from '../http-reply.js'
import { SoapHttpServer, type HttpRequest } from '../http-server.js'
import { SimulatorError } from '../simulator-error.js'
import { readEnvelope, writeFault } from '../soap/envelope.js'
import { actionNotSupported, invalidValue, SoapFault } from '../soap/fault.js'
import { NAMESPACE } from '../soap/namespaces.js'
import { soapReply } from '../soap/soap-reply.js'
import { writeDateTime } from '../soap/values.js'
import { xml } from '../soap/xml-writer.js'
import { SavedConversation, type Asked, type Served } from './saved-conversation.js'
import { readSavedDevice, type SavedDevice } from './saved-device.js'
import { SEARCH_NAMESPACE } from './saved-response.js'

/** Which device to serve again, and where. */
export interface ReplayedDeviceOptions {
  /** The folder of its saved responses (docs/replay.md). */
  readonly folder: string
  /** Numeric address or host name to listen on. Default `127.0.0.1`, so that nobody outside this machine reaches it by accident. */
  readonly host?: string | undefined
  /** TCP port, 0–65535; 0 takes a free one. Default 0. */
  readonly port?: number | undefined
}

const schema = z.strictObject({
  folder: z.string().min(1),
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(0),
})

/**
 * A device that left, served again over HTTP from what it answered while it was there, octet by octet.
 *
 * @see docs/replay.md
 * @example
 * await using device = new ReplayedDevice({ folder: 'saved/gate-recorder' })
 * await device.start()
 * console.log(device.url) // http://127.0.0.1:…/onvif/device_service
 */
export class ReplayedDevice {
  readonly #settings: z.output<typeof schema>
  #saved: SavedDevice | undefined
  #conversation: SavedConversation | undefined
  #server: SoapHttpServer | undefined
  #starting: Promise<void> | undefined
  #isClosed = false

  /** @throws UsageError `ERR_VIEWNET_OPTION` for an unknown option or a value out of range */
  constructor(options: ReplayedDeviceOptions) {
    this.#settings = parseStrictly(schema, options, 'ReplayedDevice')
  }

  /** Address of the device service; throws UsageError `ERR_VIEWNET_STATE` unless started. */
  get url(): string {
    if (this.#server === undefined || this.#saved === undefined || this.#isClosed) {
      throw new UsageError('ERR_VIEWNET_STATE', 'replayed device has no address unless it is started')
    }
    return `${this.#server.origin}${this.#saved.path}`
  }

  /** How many responses were saved; 0 unless started. */
  get responseCount(): number {
    return this.#saved?.responses.length ?? 0
  }

  /**
   * Read the folder and listen.
   *
   * @throws UsageError `ERR_VIEWNET_OPTION` when the folder is no saved device, `ERR_VIEWNET_STATE` when it was started before
   * @throws {@link SimulatorError} `ERR_VIEWNET_SIMULATOR_START` when the address cannot be used
   */
  async start(): Promise<void> {
    if (this.#starting !== undefined || this.#isClosed) {
      throw new UsageError('ERR_VIEWNET_STATE', 'a replayed device starts once')
    }
    this.#starting = this.#start()
    await this.#starting
  }

  /** Stop, cutting every connection; closing twice is fine. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    // A start that failed has nothing to close, and told its own caller.
    const isListening = await this.#starting?.then(
      () => true,
      () => false,
    )
    if (isListening === true) await this.#server?.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #start(): Promise<void> {
    const { folder, host, port } = this.#settings
    const saved = await readSavedDevice(folder)
    this.#saved = saved
    this.#conversation = new SavedConversation(saved.responses)
    this.#server = new SoapHttpServer({
      host,
      port,
      find: () => (request) => this.#answer(saved, request),
      onRejection: () => {},
    })
    try {
      await this.#server.listen()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      const message = `replayed device cannot listen on ${host}, port ${port}: ${reason}`
      throw new SimulatorError('ERR_VIEWNET_SIMULATOR_START', message, { cause })
    }
  }

  async #answer(saved: SavedDevice, { octets, origin }: HttpRequest): Promise<HttpReply> {
    try {
      const { operation: element } = readEnvelope(octets)
      const asked: Asked = {
        namespace: element.namespace,
        operation: element.name,
        searchToken: element.child(NAMESPACE.tse, 'SearchToken')?.text,
      }
      // Made when it was started, before any request.
      const served = this.#conversation!.next(asked)
      if (typeof served === 'string') return standIn(asked, served, saved, origin)
      const { path, status, contentType } = served
      return { status, headers: { 'Content-Type': contentType }, body: await readFile(path) }
    } catch (error) {
      if (!(error instanceof SoapFault)) throw error
      return soapReply(error.httpStatus, writeFault(error))
    }
  }
}

/** The few answers that are made up where none was saved, because a client comes no further without them; else a fault. */
function standIn(
  { namespace, operation, searchToken = '' }: Asked,
  why: Exclude<Served, object>,
  saved: SavedDevice,
  origin: string,
): HttpReply {
  if (why === 'no-search') {
    throw invalidValue(`there is no search '${searchToken.slice(0, 64)}'`, 'ter:InvalidToken')
  }
  const isDevice = namespace === NAMESPACE.tds
  if (isDevice && operation === 'GetServices' && !wasSaved(saved, 'GetCapabilities'))
    return writeServices(saved, origin)
  if (namespace === SEARCH_NAMESPACE && operation === 'EndSearch') {
    const now = writeDateTime(Date.now())
    return soapReply(200, xml`<tse:EndSearchResponse><tse:Endpoint>${now}</tse:Endpoint></tse:EndSearchResponse>`)
  }
  throw actionNotSupported(`no response to '${operation}' of '${namespace}' was saved`)
}

function wasSaved({ responses }: SavedDevice, operation: string): boolean {
  return responses.some((response) => (response.operation ?? response.asked) === operation)
}

/** Every service of which a response was saved, and the device service, which is there always. */
function writeServices({ path, responses }: SavedDevice, origin: string): HttpReply {
  const namespaces = new Set([NAMESPACE.tds, ...responses.flatMap(({ namespace }) => namespace ?? [])])
  const services = [...namespaces].map(
    (namespace) => xml`
      <tds:Service>
        <tds:Namespace>${namespace}</tds:Namespace>
        <tds:XAddr>${origin}${path}</tds:XAddr>
        <tds:Version><tt:Major>0</tt:Major><tt:Minor>0</tt:Minor></tds:Version>
      </tds:Service>`,
  )
  return soapReply(200, xml`<tds:GetServicesResponse>${services}</tds:GetServicesResponse>`)
}

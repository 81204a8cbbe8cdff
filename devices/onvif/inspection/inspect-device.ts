import { DeviceError, DeviceErrorCode, type DeviceIdentity } from 'viewnet/device'
import type { Limits } from '../deadline.js'
import { Namespace } from '../namespaces.js'
import { OnvifClient } from '../onvif-client.js'
import { OnvifDevice } from '../onvif-device.js'
import type { OnvifExchange } from '../onvif-exchange.js'
import { parseOptions, type OnvifDeviceOptions, type ParsedOptions } from '../options.js'
import { readCapabilities, relocate, SEARCH_SERVICE } from '../services.js'
import { DeviceRequest, type SoapRequest } from '../soap-request.js'
import { childOf, textOf, type XmlElement } from '../xml-element.js'
import { AuthenticationObserver } from './authentication.js'
import type {
  Inspection,
  InspectedService,
  InspectionError,
  RecordingSummary,
  ResourceFacts,
  SearchCapabilities,
} from './inspection.js'
import { QuirkDetector } from './quirk-detector.js'
import { ResourceCount } from './resource-count.js'
import { readInspectedServices } from './inspected-services.js'

/** How to watch an inspection. */
export interface InspectionWatch {
  /** Ends it early: it then rejects with the reason. */
  readonly signal?: AbortSignal | undefined
  /** Told what is being asked now, for progress: `clock`, `resources`. */
  readonly onStep?: ((about: string) => void) | undefined
  /** Told how many resources were listed so far. */
  readonly onResources?: ((count: number) => void) | undefined
}

const GET_SUMMARY = searchQuestion('GetRecordingSummary')
const GET_SEARCH_CAPABILITIES = searchQuestion('GetServiceCapabilities')

/**
 * Ask a device for everything that matters to us, and find out how it behaves. What it does not answer is an entry of {@link Inspection.errors}, never an
 * exception. Once it refuses the credentials, nothing more is asked with them: devices lock accounts.
 *
 * @param options - as of {@link OnvifDevice}; `observe` is told of every exchange here too
 * @throws `UsageError` `ERR_VIEWNET_OPTION` for a wrong option; the reason of the signal
 */
export async function inspectDevice(options: OnvifDeviceOptions, watch: InspectionWatch = {}): Promise<Inspection> {
  const parsed = parseOptions(options)
  const inspector = new Inspector(options, parsed, watch)
  try {
    return await inspector.inspect()
  } finally {
    await inspector.close()
  }
}

class Inspector {
  readonly #options: OnvifDeviceOptions
  readonly #watch: InspectionWatch
  readonly #limits: Limits
  readonly #client: OnvifClient
  readonly #stranger: OnvifClient
  readonly #detector: QuirkDetector
  readonly #authentication = new AuthenticationObserver()
  readonly #errors: InspectionError[] = []
  #isWatchingAuthentication = false

  constructor(options: OnvifDeviceOptions, parsed: ParsedOptions, watch: InspectionWatch) {
    const observe = (exchange: OnvifExchange): void => {
      this.#detector.receive(exchange)
      if (this.#isWatchingAuthentication) this.#authentication.receive(exchange)
      options.observe?.(exchange)
    }
    this.#options = { ...options, observe }
    this.#watch = watch
    this.#limits = { timeoutMs: parsed.callTimeoutMs, signal: watch.signal }
    this.#detector = new QuirkDetector(parsed.url, Date.now)
    this.#client = new OnvifClient({ ...parsed, observe })
    this.#stranger = new OnvifClient({ ...parsed, user: undefined, password: undefined, observe })
  }

  async inspect(): Promise<Inspection> {
    const clockOffsetMs = await this.#try('clock', () => this.#client.readClockOffset(this.#limits))
    // Whoever tells nobody the time is not there: every further question would wait for its whole deadline.
    const isThere = !this.#hasError(DeviceErrorCode.unreachable)
    const services = isThere ? await this.#askForServices() : null
    const identity = isThere ? await this.#askForIdentity() : null
    const mayGoOn = isThere && !this.#hasError(DeviceErrorCode.refused)
    const search = services?.find(({ name }) => name === SEARCH_SERVICE)
    const address = search && relocate(search.address, this.#client.address)
    const searchCapabilities = mayGoOn && address ? await this.#askForSearchCapabilities(address) : null
    const summary = mayGoOn && address ? await this.#askForSummary(address) : null
    const resources = mayGoOn ? await this.#listResources() : null
    return {
      url: this.#client.address.href,
      identity,
      clockOffsetMs: clockOffsetMs ?? null,
      authentication: this.#authentication.facts,
      services,
      searchCapabilities,
      summary,
      resources,
      quirks: this.#detector.finish(resources !== null),
      errors: this.#errors,
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#client.close(), this.#stranger.close()])
  }

  /** Ask; what goes wrong becomes a finding, and null. */
  async #try<T>(about: string, ask: () => Promise<T>): Promise<T | null> {
    this.#watch.signal?.throwIfAborted()
    this.#watch.onStep?.(about)
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error
      this.#errors.push({ about, code: error.code, message: error.message })
      return null
    }
  }

  #hasError(code: DeviceErrorCode): boolean {
    return this.#errors.some((error) => error.code === code)
  }

  async #askForServices(): Promise<readonly InspectedService[] | null> {
    const services = await this.#try('services', async () =>
      readInspectedServices(await this.#client.askOpenly('GetServices', this.#limits)),
    )
    if (services?.some(({ name }) => name === SEARCH_SERVICE)) return services
    const older = await this.#try('capabilities', async () =>
      readCapabilities(await this.#client.askOpenly('GetCapabilities', this.#limits)),
    )
    if (!older) return services
    const known = services ?? []
    const added = older.filter(({ name }) => !known.some((service) => service.name === name))
    return [...known, ...added.map(({ name, address }) => ({ name, address, version: '' }))]
  }

  /** Asked by a stranger first: how that is refused tells what the device wants. */
  async #askForIdentity(): Promise<DeviceIdentity | null> {
    this.#isWatchingAuthentication = true
    try {
      const request = DeviceRequest.getDeviceInformation
      const asStranger = await this.#stranger.ask({ ...this.#limits, request }).catch((error: unknown) => {
        if (error instanceof DeviceError) return undefined
        throw error
      })
      const answer = await this.#try('identity', () =>
        asStranger && this.#options.user === undefined
          ? Promise.resolve(asStranger)
          : this.#client.ask({ ...this.#limits, request }),
      )
      return answer && readIdentity(answer)
    } finally {
      this.#isWatchingAuthentication = false
    }
  }

  #askForSearchCapabilities(address: URL): Promise<SearchCapabilities | null> {
    return this.#try('search capabilities', async () => {
      const answer = await this.#client.ask({ ...this.#limits, address, request: GET_SEARCH_CAPABILITIES })
      const attributes = childOf(answer, Namespace.search, 'Capabilities')?.attributes
      return {
        metadataSearch: readBoolean(attributes?.['MetadataSearch']),
        generalStartEvents: readBoolean(attributes?.['GeneralStartEvents']),
      }
    })
  }

  #askForSummary(address: URL): Promise<RecordingSummary | null> {
    return this.#try('summary', async () => {
      const answer = await this.#client.ask({ ...this.#limits, address, request: GET_SUMMARY })
      const summary = childOf(answer, Namespace.search, 'Summary')
      return {
        dataFrom: textOf(summary, Namespace.schema, 'DataFrom'),
        dataUntil: textOf(summary, Namespace.schema, 'DataUntil'),
        numberRecordings: textOf(summary, Namespace.schema, 'NumberRecordings'),
      }
    })
  }

  async #listResources(): Promise<ResourceFacts | null> {
    const device = new OnvifDevice(this.#options)
    const resources = new ResourceCount()
    try {
      return await this.#try('resources', async () => {
        for await (const page of device.listRecordings({ signal: this.#watch.signal })) {
          resources.receive(page)
          this.#watch.onResources?.(resources.count)
        }
        return resources.facts(this.#detector.recordingCount)
      })
    } finally {
      await device.close()
    }
  }
}

function readIdentity(answer: XmlElement): DeviceIdentity {
  return {
    manufacturer: textOf(answer, Namespace.device, 'Manufacturer'),
    model: textOf(answer, Namespace.device, 'Model'),
    firmware: textOf(answer, Namespace.device, 'FirmwareVersion'),
    serialNumber: textOf(answer, Namespace.device, 'SerialNumber'),
  }
}

function readBoolean(text: string | undefined): boolean | null {
  return text === undefined ? null : /^(true|1)$/i.test(text.trim())
}

function searchQuestion(operation: string): SoapRequest {
  return { operation, namespace: Namespace.search, body: `<tse:${operation}/>` }
}

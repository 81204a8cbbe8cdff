import {
  DeviceError,
  DeviceErrorCode,
  UsageError,
  type DeviceDescription,
  type MonitoringDevice,
  type Recording,
  type RecordingQuery,
} from 'viewnet/device'
import type { Limits } from './deadline.js'
import { Namespace } from './namespaces.js'
import { OnvifClient } from './onvif-client.js'
import { parseOptions, type OnvifDeviceOptions, type ParsedOptions } from './options.js'
import { searchWithinBudget } from './listing-budget.js'
import { listRecordings, readRecordings } from './recording-list.js'
import { describeReplay, type ReplayDescription } from './replay/describe-replay.js'
import { readCapabilities, readServices, relocate, REPLAY_SERVICE, SEARCH_SERVICE, type Service } from './services.js'
import { DeviceRequest } from './soap-request.js'
import { textOf } from './xml-element.js'

/**
 * A camera or recorder that speaks ONVIF Profile G.
 *
 * One recording resource is one interval in which a video track holds data, as the device's Track/State or Recording/State events tell; where it tells
 * none, the bounds of the track, marked coarse (docs/decisions/0012-onvif-recordings.md). Its channel is the rank of its source among all sources of
 * the device. Its kinds are 0: ONVIF does not tell why something was recorded.
 *
 * @example
 * const device = new OnvifDevice({ url: 'http://192.0.2.7/onvif/device_service', user: 'admin', password })
 * for await (const page of device.listRecordings({ channel: 1 })) console.log(page)
 * await device.close()
 */
export class OnvifDevice implements MonitoringDevice {
  readonly #options: ParsedOptions
  readonly #client: OnvifClient
  #isClosed = false

  /** @throws UsageError `ERR_VIEWNET_OPTION` when an option is unknown or out of its range */
  constructor(options: OnvifDeviceOptions) {
    this.#options = parseOptions(options)
    this.#client = new OnvifClient(this.#options)
  }

  /**
   * Ask who the device is, what it offers and what time it has.
   *
   * @throws DeviceError; the reason of the signal; UsageError `ERR_VIEWNET_CLOSED` after {@link OnvifDevice.close}
   */
  async describe({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<DeviceDescription> {
    const limits = this.#limits(signal)
    const clockOffsetMs = await this.#client.readClockOffset(limits)
    const services = await this.#askForServices(limits)
    const information = await this.#client.ask({ ...limits, request: DeviceRequest.getDeviceInformation })
    return {
      identity: {
        manufacturer: textOf(information, Namespace.device, 'Manufacturer'),
        model: textOf(information, Namespace.device, 'Model'),
        firmware: textOf(information, Namespace.device, 'FirmwareVersion'),
        serialNumber: textOf(information, Namespace.device, 'SerialNumber'),
      },
      capabilities: {
        listRecordings: this.#searchAddress(services) !== undefined,
        services: services.map(({ name }) => name),
      },
      clockOffsetMs,
    }
  }

  /**
   * List recordings. Only those that were asked for; the order is that in which the device completed them, track by track.
   *
   * @returns pages of at most 1000 recordings
   * @throws DeviceError, `ERR_VIEWNET_DEVICE_UNSUPPORTED` naming what the device offers when it has no search service; the reason of the
   *   signal; UsageError `ERR_VIEWNET_CLOSED` after {@link OnvifDevice.close}
   */
  async *listRecordings(query: RecordingQuery): AsyncGenerator<readonly Recording[]> {
    const limits = this.#limits(query.signal)
    const services = await this.#askForServices(limits)
    yield* listRecordings(this.#client, this.#addressOf(SEARCH_SERVICE, services), this.#options, query)
  }

  /**
   * Ask how recordings are played: where (GetReplayUri), and what the RTSP server there says of the stream (DESCRIBE). Nothing is played.
   *
   * @param most - recordings with video that are asked about, the first that the device lists, 1 to 1000; default 4
   * @returns the description of each, one after the other
   * @throws DeviceError, `ERR_VIEWNET_DEVICE_UNSUPPORTED` without a search or replay service, `ERR_VIEWNET_DEVICE_FAULT` where a stream cannot be
   *   described; the reason of the signal; UsageError `ERR_VIEWNET_CLOSED` after {@link OnvifDevice.close}
   */
  async *describeReplays({
    most = 4,
    signal,
  }: { readonly most?: number; readonly signal?: AbortSignal | undefined } = {}): AsyncGenerator<ReplayDescription> {
    const limits = this.#limits(signal)
    const services = await this.#askForServices(limits)
    const address = this.#addressOf(REPLAY_SERVICE, services)
    const searched = this.#addressOf(SEARCH_SERVICE, services)
    const { table } = await readRecordings(searchWithinBudget(this.#client, searched, this.#options, signal))
    const { user, password = '' } = this.#options
    const credentials = user === undefined ? undefined : { user, password }
    let left = Math.max(1, Math.min(most, 1000))
    for (const recordingToken of table.withVideo()) {
      yield await describeReplay(this.#client, { ...limits, address, recordingToken, credentials })
      if (--left === 0) return
    }
  }

  /** Release the connections, once the calls under way are over. Closing twice is fine. */
  close(): Promise<void> {
    this.#isClosed = true
    return this.#client.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #limits(signal: AbortSignal | undefined): Limits {
    if (this.#isClosed)
      throw new UsageError(
        'ERR_VIEWNET_CLOSED',
        `${this.#client.address.href}: expected an open device, got a closed one`,
      )
    signal?.throwIfAborted()
    return { timeoutMs: this.#options.callTimeoutMs, signal }
  }

  /** GetServices, and GetCapabilities where that does not tell of a search service: older devices know only the latter. */
  async #askForServices(limits: Limits): Promise<readonly Service[]> {
    let services: readonly Service[] = []
    let failure: unknown
    try {
      services = readServices(await this.#client.askOpenly('GetServices', limits))
      if (this.#searchAddress(services)) return services
    } catch (error) {
      if (!isPassable(error)) throw error
      failure = error
    }
    try {
      const older = readCapabilities(await this.#client.askOpenly('GetCapabilities', limits))
      return [...services, ...older.filter(({ name }) => !services.some((service) => service.name === name))]
    } catch (error) {
      if (!isPassable(error)) throw error
      if (services.length === 0) throw failure ?? error
      return services
    }
  }

  /** @throws DeviceError `ERR_VIEWNET_DEVICE_UNSUPPORTED`, telling what the device offers instead */
  #addressOf(wanted: string, services: readonly Service[]): URL {
    const service = services.find(({ name }) => name === wanted)
    const address = service && relocate(service.address, this.#client.address)
    if (address) return address
    const offered = services.map(({ name }) => name).join(', ')
    throw new DeviceError(
      DeviceErrorCode.unsupported,
      `${this.#client.address.href}: expected a ${wanted} service, got ${offered === '' ? 'no services at all' : `only ${offered}`}`,
      { operation: 'GetServices', address: this.#client.address.href },
    )
  }

  #searchAddress(services: readonly Service[]): URL | undefined {
    const service = services.find(({ name }) => name === SEARCH_SERVICE)
    return service && relocate(service.address, this.#client.address)
  }
}

/** The device is there and talks to us, but cannot answer this: another question may do. */
function isPassable(error: unknown): boolean {
  return (
    error instanceof DeviceError && (error.code === DeviceErrorCode.fault || error.code === DeviceErrorCode.unsupported)
  )
}

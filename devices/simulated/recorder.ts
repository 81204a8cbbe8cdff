import { UsageError, ViewnetError } from 'viewnet/device'
import { UsernameTokenAuthentication } from './authentication.js'
import { makeContents, type RecorderContents } from './contents.js'
import { Dispatcher } from './dispatcher.js'
import { SoapHttpServer } from './http-server.js'
import { parseOptions, type RecorderSettings, type SimulatedRecorderOptions } from './options.js'
import { QueryCounters, type RecorderStats } from './query-counters.js'
import { SearchSessions } from './search-sessions.js'
import { DEVICE_SERVICE_PATH, deviceService } from './services/device-service.js'
import { replayService } from './services/replay-service.js'
import { searchService } from './services/search-service.js'
import { truthOf, writeTruthFile, type TruthRecord } from './truth.js'

/** The simulated recorder cannot run here. */
export class SimulatorError extends ViewnetError {}

/** Results in one reply: 10,000 events are 8 MB of XML. */
const MAX_PAGE_RESULTS = 10_000
const MAX_KEEP_ALIVE_MS = 600_000
const MAX_WAIT_MS = 60_000

/**
 * A recorder that exists only in software: ONVIF Profile G recording search over real HTTP, with contents made up from a seed, and the truth about
 * them to compare with.
 *
 * Its services share no code with Viewnet's ONVIF driver: both are readings of the specification, made apart, so that one may find the other's
 * mistakes.
 *
 * @example
 * await using recorder = new SimulatedRecorder({ recordings: 500, seed: 11 })
 * await recorder.start()
 * console.log(recorder.url, [...recorder.truth()].length) // http://127.0.0.1:…/onvif/device_service 500
 */
export class SimulatedRecorder {
  readonly #settings: RecorderSettings
  readonly #contents: RecorderContents
  readonly #counters = new QueryCounters()
  readonly #sessions: SearchSessions
  readonly #server: SoapHttpServer
  #state: 'new' | 'starting' | 'started' | 'closed' = 'new'
  #listening: Promise<void> | undefined

  /** @throws {@link UsageError} `ERR_VIEWNET_OPTION` for an unknown option or a value out of range */
  constructor(options: SimulatedRecorderOptions = {}) {
    const settings = parseOptions(options)
    this.#settings = settings
    this.#contents = makeContents(settings)
    this.#sessions = new SearchSessions({
      maxSessions: settings.maxSearches,
      maxPageResults: MAX_PAGE_RESULTS,
      maxKeepAliveMs: MAX_KEEP_ALIVE_MS,
      maxWaitMs: MAX_WAIT_MS,
      searchMs: settings.searchDelayMs,
    })
    const { user, password } = settings
    const authentication =
      user === undefined || password === undefined ? undefined : new UsernameTokenAuthentication({ user, password })
    const deviceNowMs = (): number => Date.now() + settings.clockOffsetMs
    const search = searchService({
      contents: this.#contents,
      sessions: this.#sessions,
      deviceNowMs,
      sessionNowMs: () => performance.now(),
    })
    const replay = replayService(this.#contents)
    const device = deviceService({
      serialNumber: `SIM-${settings.seed.toString(16).padStart(8, '0').toUpperCase()}`,
      isProtected: authentication !== undefined,
      deviceNowMs,
      search,
      replay,
    })
    this.#server = new SoapHttpServer({
      host: settings.host,
      port: settings.port,
      services: [device, search, replay],
      dispatcher: new Dispatcher(authentication, deviceNowMs, this.#counters),
      counters: this.#counters,
    })
  }

  /** Address of the device service, `http://HOST:PORT/onvif/device_service`; throws {@link UsageError} `ERR_VIEWNET_STATE` unless started. */
  get url(): string {
    if (this.#state !== 'started') {
      throw new UsageError(
        'ERR_VIEWNET_STATE',
        `simulated recorder has no address while it is ${this.#state}; start it first`,
      )
    }
    return `${this.#server.origin}${DEVICE_SERVICE_PATH}`
  }

  /** How many channels it has. */
  get channels(): number {
    return this.#settings.channels
  }

  /** How many recording resources it holds: how many {@link truth} gives. */
  get recordingCount(): number {
    return this.#settings.recordings
  }

  /**
   * Listen.
   *
   * @throws {@link SimulatorError} `ERR_VIEWNET_SIMULATOR_START` when the address cannot be used
   * @throws {@link UsageError} `ERR_VIEWNET_STATE` when it was started before
   */
  async start(): Promise<void> {
    if (this.#state !== 'new') {
      throw new UsageError('ERR_VIEWNET_STATE', `a simulated recorder starts once; this one is ${this.#state}`)
    }
    this.#state = 'starting'
    this.#listening = this.#server.listen()
    try {
      await this.#listening
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      const { host, port } = this.#settings
      const message = `simulated recorder cannot listen on ${host}, port ${port}: ${reason}`
      this.#state = 'closed'
      throw new SimulatorError('ERR_VIEWNET_SIMULATOR_START', message, { cause })
    }
    // Closed while it was starting: it stays closed.
    if (this.#state === 'starting') this.#state = 'started'
  }

  /** Stop, cutting every connection and search; closing twice is fine. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#sessions.endAll()
    // A start that failed has nothing to close, and told its own caller.
    const isListening = await this.#listening?.then(
      () => true,
      () => false,
    )
    if (isListening === true) await this.#server.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** What it truly holds, sorted by start, channel and key. Made while it is read, so a million records never stand in memory. */
  truth(): Iterable<TruthRecord> {
    return truthOf(this.#contents)
  }

  /** Write {@link truth} to a file as JSON lines, replacing the file; rejects with Node's own error when it cannot be written. */
  async writeTruth(file: string): Promise<void> {
    await writeTruthFile(this.#contents, file)
  }

  /** How often it was asked what, since it was made. */
  stats(): RecorderStats {
    return this.#counters.stats()
  }
}

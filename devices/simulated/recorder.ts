import { setTimeout as sleep } from 'node:timers/promises'
import { UsageError, type DeviceErrorCode } from 'viewnet/device'
import type { AccessControl } from './access-control.js'
import { makeSelfSignedCertificate, type SelfSignedCertificate } from './certificate.js'
import { makeContents, type RecorderContents } from './contents.js'
import type { DeviceClock } from './device-clock.js'
import { Dispatcher } from './dispatcher.js'
import { SoapHttpServer, type Answer } from './http-server.js'
import { parseOptions, type RecorderSettings, type SimulatedRecorderOptions } from './options.js'
import { QueryCounters, type RecorderStats } from './query-counters.js'
import { accessControlOf, deviceClockOf } from './quirks/access-quirks.js'
import { layOut } from './quirks/contents-quirks.js'
import { deliveryOf } from './quirks/delivery-quirks.js'
import { dialectOf } from './quirks/dialect-quirks.js'
import { withLimitQuirks, withPagingQuirks } from './quirks/paging-quirks.js'
import { expectedFailureOf } from './quirks/quirk-set.js'
import { withReplyQuirks } from './quirks/reply-quirks.js'
import { eventSearchOf, scopeReaderOf } from './quirks/search-quirks.js'
import { addressesOf, withServiceQuirks } from './quirks/service-quirks.js'
import { replayStreams } from './rtsp/replay-stream.js'
import { RtspServer, type RtspServerPlan } from './rtsp/rtsp-server.js'
import { SearchSessions } from './search-sessions.js'
import { DEVICE_SERVICE_PATH, deviceService } from './services/device-service.js'
import { replayService } from './services/replay-service.js'
import { pagesOf } from './services/result-pages.js'
import { searchService } from './services/search-service.js'
import type { Service } from './services/service.js'
import { SimulatorError } from './simulator-error.js'
import { truthCount, truthOf, writeTruthFile, type TruthDetail, type TruthRecord } from './truth.js'

/** Results in one reply: 10,000 events are 8 MB of XML. */
const MAX_PAGE_RESULTS = 10_000
const MAX_KEEP_ALIVE_MS = 600_000
const MAX_WAIT_MS = 60_000
const MAX_BOOT_MS = 600_000
/** The discard service, which no machine offers any more. */
const CLOSED_PORT = 9

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
  readonly #dispatcher: Dispatcher
  readonly #describeStream: RtspServerPlan['answer']
  #server: SoapHttpServer | undefined
  #rtspServer: RtspServer | undefined
  /** The same after every power loss; 0 until it listens. */
  #rtspPort = 0
  #certificateFingerprint: string | undefined
  #state: 'new' | 'starting' | 'started' | 'closed' = 'new'
  #listening: Promise<void> | undefined
  #certificate: SelfSignedCertificate | undefined
  /** Scheme, host and port, the same after every power loss. */
  #origin = ''
  #isPowered = true
  #booting: AbortController | undefined

  /** @throws UsageError `ERR_VIEWNET_OPTION` for an unknown option or quirk, a contradiction or a value out of range */
  constructor(options: SimulatedRecorderOptions = {}) {
    const settings = parseOptions(options)
    const { quirks, user, password } = settings
    this.#settings = settings
    this.#contents = layOut(makeContents(settings), quirks)
    const limits = {
      maxSessions: settings.maxSearches,
      maxPageResults: MAX_PAGE_RESULTS,
      maxKeepAliveMs: MAX_KEEP_ALIVE_MS,
      maxWaitMs: MAX_WAIT_MS,
      searchMs: settings.searchDelayMs,
    }
    this.#sessions = new SearchSessions(withLimitQuirks(limits, quirks))
    const credentials = user === undefined || password === undefined ? undefined : { user, password }
    const access = accessControlOf(credentials, quirks)
    const clock = deviceClockOf(settings.clockOffsetMs, quirks, settings.nowMs)
    const monotonicMs = settings.nowMs ?? (() => performance.now())
    this.#describeStream = replayStreams({ contents: this.#contents, credentials, quirks, monotonicMs })
    this.#dispatcher = new Dispatcher({
      services: this.#services(access, clock, monotonicMs),
      access,
      clock,
      monotonicMs,
      counters: this.#counters,
    })
  }

  /** Address of the device service, `http://HOST:PORT/onvif/device_service` or `https://…`; throws UsageError `ERR_VIEWNET_STATE` unless started. */
  get url(): string {
    if (this.#state !== 'started') {
      throw new UsageError(
        'ERR_VIEWNET_STATE',
        `simulated recorder has no address while it is ${this.#state}; start it first`,
      )
    }
    return `${this.#origin}${DEVICE_SERVICE_PATH}`
  }

  /**
   * SHA-256 of the certificate that it shows, upper-case hex with colons; `undefined` without https, and before it is started: every start makes a
   * new one.
   */
  get certificateFingerprint(): string | undefined {
    return this.#certificateFingerprint
  }

  /** How many channels it has: how many a right driver can tell apart. */
  get channels(): number {
    return new Set(this.#contents.recordings.map((recording) => recording.channel)).size
  }

  /** How many recording resources it tells: how many {@link truth} gives. */
  get recordingCount(): number {
    return truthCount(this.#contents, this.#truthDetail)
  }

  /** What a right driver's listing fails with because of a quirk; `undefined` when it gives what {@link truth} gives. */
  get expectedFailure(): DeviceErrorCode | undefined {
    return expectedFailureOf(this.#settings.quirks)
  }

  /**
   * Listen.
   *
   * @throws {@link SimulatorError} `ERR_VIEWNET_SIMULATOR_START` when the address cannot be used
   * @throws UsageError `ERR_VIEWNET_STATE` when it was started before
   */
  async start(): Promise<void> {
    if (this.#state !== 'new') {
      throw new UsageError('ERR_VIEWNET_STATE', `a simulated recorder starts once; this one is ${this.#state}`)
    }
    this.#state = 'starting'
    this.#listening = this.#listen()
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
    this.#booting?.abort()
    if (isListening === true && this.#isPowered) await this.#stopListening()
  }

  /**
   * Take its power away: every connection and search is cut, and its port refuses. What it holds is kept, as on a disk. Without power already, nothing
   * happens.
   *
   * @throws UsageError `ERR_VIEWNET_STATE` unless started
   */
  async powerOff(): Promise<void> {
    this.#mustBeStarted()
    this.#booting?.abort()
    if (!this.#isPowered) return
    this.#isPowered = false
    this.#sessions.endAll()
    await this.#stopListening()
  }

  /**
   * Give it power again: it boots, and then answers at the same address. Fulfilled when it answers, or when the power was taken away before that. With power
   * already, nothing happens.
   *
   * @param bootMs - how long it boots, ms, 0–600,000. Default 0
   * @throws {@link SimulatorError} `ERR_VIEWNET_SIMULATOR_START` when somebody else took its port meanwhile
   * @throws UsageError `ERR_VIEWNET_STATE` unless started
   */
  async powerOn({ bootMs = 0 }: { readonly bootMs?: number | undefined } = {}): Promise<void> {
    this.#mustBeStarted()
    if (!Number.isFinite(bootMs) || bootMs < 0 || bootMs > MAX_BOOT_MS) {
      throw new UsageError(
        'ERR_VIEWNET_OPTION',
        `simulated recorder: bootMs: expected 0 to ${MAX_BOOT_MS}, got ${bootMs}`,
      )
    }
    if (this.#isPowered || this.#booting?.signal.aborted === false) return
    const booting = new AbortController()
    this.#booting = booting
    await sleep(bootMs, undefined, { signal: booting.signal }).catch(() => undefined)
    if (booting.signal.aborted) return
    this.#booting = undefined
    this.#isPowered = true
    try {
      await this.#listenAt(Number(new URL(this.#origin).port))
    } catch (cause) {
      this.#isPowered = false
      const message = `simulated recorder cannot listen again at ${this.#origin}`
      throw new SimulatorError('ERR_VIEWNET_SIMULATOR_START', message, { cause })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /**
   * What a right driver lists, sorted by start, channel and key: what it truly holds, as far as its quirks let it tell. Made while it is read, so a
   * million records never stand in memory. With an {@link expectedFailure} no driver comes to it.
   */
  truth(): Iterable<TruthRecord> {
    return truthOf(this.#contents, this.#truthDetail)
  }

  /** Write {@link truth} to a file as JSON lines, replacing the file; rejects with Node's own error when it cannot be written. */
  async writeTruth(file: string): Promise<void> {
    await writeTruthFile(this.truth(), file)
  }

  /** How often it was asked what, since it was made. */
  stats(): RecorderStats {
    return this.#counters.stats()
  }

  get #truthDetail(): TruthDetail {
    return this.#settings.quirks.has('no-events') ? 'bounds' : 'intervals'
  }

  async #listen(): Promise<void> {
    const { port, https } = this.#settings
    this.#certificate = https ? await makeSelfSignedCertificate() : undefined
    this.#certificateFingerprint = this.#certificate?.fingerprint
    await this.#listenAt(port)
  }

  async #listenAt(port: number): Promise<void> {
    const { host, quirks } = this.#settings
    const server = new SoapHttpServer({
      host,
      port,
      certificate: this.#certificate,
      find: (target) => this.#find(target),
      deliver: deliveryOf(quirks),
      onRejection: () => this.#counters.countRejection(),
    })
    this.#server = server
    await server.listen()
    this.#origin = server.origin
    const rtspServer = new RtspServer({ host, port: this.#rtspPort, answer: this.#describeStream })
    try {
      await rtspServer.listen()
    } catch (error) {
      await server.close()
      throw error
    }
    this.#rtspServer = rtspServer
    this.#rtspPort = rtspServer.port
  }

  async #stopListening(): Promise<void> {
    await Promise.all([this.#server?.close(), this.#rtspServer?.close()])
  }

  #mustBeStarted(): void {
    if (this.#state === 'started') return
    throw new UsageError('ERR_VIEWNET_STATE', `simulated recorder must be started; it is ${this.#state}`)
  }

  #find(target: string): Answer | undefined {
    const answer = this.#dispatcher.find(target)
    return answer && (async (request) => withReplyQuirks(await answer(request), this.#settings.quirks))
  }

  #services(access: AccessControl, clock: DeviceClock, sessionNowMs: () => number): readonly Service[] {
    const { quirks, seed } = this.#settings
    const contents = this.#contents
    const dialect = dialectOf(quirks)
    const search = searchService({
      contents,
      dialect,
      deviceNowMs: clock.nowMs,
      sessions: this.#sessions,
      sessionNowMs,
      takePage: withPagingQuirks(pagesOf(this.#sessions, sessionNowMs), quirks),
      readScope: scopeReaderOf(quirks),
      searchEvents: eventSearchOf(contents, quirks),
    })
    const services = withServiceQuirks(
      [search, replayService(contents, () => (quirks.has('replay-port-closed') ? CLOSED_PORT : this.#rtspPort))],
      quirks,
    )
    const device = deviceService({
      serialNumber: `SIM-${seed.toString(16).padStart(8, '0').toUpperCase()}`,
      authentication: access.kinds,
      deviceNowMs: clock.nowMs,
      // A device whose events tell local time has one.
      localTimeAheadMs: Math.max(dialect.utcTimeAheadMs, dialect.zone.aheadMs),
      services,
      addressOf: addressesOf(quirks),
    })
    return [device, ...services]
  }
}

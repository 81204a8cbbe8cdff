import { inspect } from 'node:util'
import { DeviceError, DeviceErrorCode, type MonitoringDevice, type Recording } from '../device/index.js'
import type { RefusalStatus } from '../exchange/index.js'
import { SnapshotBuilder, type Snapshot } from '../resources/index.js'
import { ResponseStatus, type Request } from '../wire/index.js'
import { CapacityError } from './inquiry-errors.js'
import type { PageTurns } from './page-turns.js'
import type { ResourceShare } from './resource-room.js'

/** Each kind of blame has its one status; see docs/errors.md. */
const STATUS_BY_CODE: Readonly<Record<DeviceErrorCode, RefusalStatus>> = {
  [DeviceErrorCode.unreachable]: ResponseStatus.deviceUnreachable,
  [DeviceErrorCode.refused]: ResponseStatus.deviceRefused,
  [DeviceErrorCode.fault]: ResponseStatus.deviceFault,
  [DeviceErrorCode.unsupported]: ResponseStatus.notSupported,
}

/** A device's list, or the status that says why there is none. */
export type InquiryResult =
  { readonly snapshot: Snapshot } | { readonly refused: RefusalStatus; readonly error: DeviceError | CapacityError }

/** What an inquiry needs besides the device and the request. */
export interface InquiryOptions {
  readonly signal: AbortSignal
  /** Most resources of the list. */
  readonly maxResources: number
  /** What it holds of the room for all lists; whoever gives it closes it. */
  readonly share: ResourceShare
  readonly pageTurns: PageTurns
}

/** Ask a device for what a request wants; never rejects. A driver that throws anything but a DeviceError is a fault of the device's side, too. */
export async function inquire(
  device: MonitoringDevice,
  request: Request,
  options: InquiryOptions,
): Promise<InquiryResult> {
  const { signal, maxResources, share } = options
  const builder = new SnapshotBuilder(request, maxResources)
  try {
    const pages = device.listRecordings({
      fromMs: request.fromMs || undefined,
      toMs: request.toMs || undefined,
      channel: request.channel || undefined,
      signal,
    })
    const why = await takeAll(pages[Symbol.asyncIterator](), builder, options)
    if (why !== undefined) return { refused: ResponseStatus.busy, error: new CapacityError(why) }
    const snapshot = await build(builder, options)
    // A request may want fewer than there are.
    share.hold(snapshot.count)
    return { snapshot }
  } catch (cause) {
    const error = deviceError(cause)
    return { refused: STATUS_BY_CODE[error.code], error }
  }
}

type Page = readonly Recording[]
type Pages = AsyncIterator<Page, unknown>

/** Taken of a page at once: some milliseconds. Drivers that have their list at hand give it as one page, of any length. */
const PIECE_RECORDINGS = 2048

/**
 * Take page after page, each in its turn. Nothing holds a page of usual length while it waits for a turn, as `for await` would: a thousand inquiries at once would each
 * hold one.
 *
 * @returns why the list is not taken to its end; undefined: it is complete
 */
async function takeAll(pages: Pages, builder: SnapshotBuilder, options: InquiryOptions): Promise<string | undefined> {
  let isAsked = false
  try {
    for (;;) {
      const turn = ourTurn(options)
      if (turn) await turn
      isAsked = true
      const { done, value } = await pages.next()
      if (done === true) return undefined
      isAsked = false
      const why = await takePage(value, builder, options)
      if (why !== undefined) return why
    }
  } finally {
    // A listing that failed when it was asked, or came to its end, is over by itself.
    if (!isAsked) void leave(pages)
  }
}

/** @returns why no more is taken */
async function takePage(page: Page, builder: SnapshotBuilder, options: InquiryOptions): Promise<string | undefined> {
  if (!Array.isArray(page) || page.length <= PIECE_RECORDINGS) return takePiece(page, builder, options)
  for (let at = 0; at < page.length; at += PIECE_RECORDINGS) {
    const turn = at > 0 ? ourTurn(options) : undefined
    if (turn) await turn
    const why = takePiece(page.slice(at, at + PIECE_RECORDINGS), builder, options)
    if (why !== undefined) return why
  }
  return undefined
}

function takePiece(piece: Page, builder: SnapshotBuilder, { maxResources, share }: InquiryOptions): string | undefined {
  if (!builder.add(piece)) {
    return `the device lists more than ${maxResources} resources; ask for a shorter time range, or raise maxResources`
  }
  if (share.hold(builder.length)) return undefined
  return `the lists of all open exchanges would hold more than ${share.room.most} resources; ask again when some have ended, or raise maxOpenResources`
}

async function build(builder: SnapshotBuilder, options: InquiryOptions): Promise<Snapshot> {
  const steps = builder.buildInSteps(Date.now())
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
    const turn = ourTurn(options)
    if (turn) await turn
  }
}

/** Before some milliseconds of work. @returns undefined: it may be done at once; otherwise when its turn has come */
function ourTurn({ signal, pageTurns }: InquiryOptions): Promise<void> | undefined {
  signal.throwIfAborted()
  return pageTurns.next()?.then(() => signal.throwIfAborted())
}

/** Nobody waits for a driver that is left before its end, and what it says then changes nothing: the endpoint is told why it was left. */
async function leave(pages: Pages): Promise<void> {
  try {
    await pages.return?.()
  } catch {
    // It was left for another reason.
  }
}

/** By its code, not by its class: a driver may come with a copy of this package of its own. */
function deviceError(cause: unknown): DeviceError {
  try {
    const isError = cause instanceof Error
    const message = isError && typeof cause.message === 'string' ? cause.message : textOf(cause)
    const code = isError && 'code' in cause ? cause.code : undefined
    const known = Object.values(DeviceErrorCode).find((one) => one === code)
    if (known === undefined) return new DeviceError(DeviceErrorCode.fault, `the driver failed: ${message}`, { cause })
    return cause instanceof DeviceError ? cause : new DeviceError(known, message, { cause })
  } catch {
    // A proxy, or an error with a message that throws: whoever logs it would fall over it as we do.
    return new DeviceError(DeviceErrorCode.fault, 'the driver failed, and what it threw cannot be read')
  }
}

/** Of anything that can be thrown: String() throws for an object without a prototype. */
function textOf(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 0, customInspect: false })
}

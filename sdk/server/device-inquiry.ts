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
  { signal, maxResources, share, pageTurns }: InquiryOptions,
): Promise<InquiryResult> {
  const builder = new SnapshotBuilder(request, maxResources)
  try {
    const pages = device.listRecordings({
      fromMs: request.fromMs || undefined,
      toMs: request.toMs || undefined,
      channel: request.channel || undefined,
      signal,
    })
    const why = await takeAll(pages[Symbol.asyncIterator](), builder, { signal, maxResources, share, pageTurns })
    if (why !== undefined) return { refused: ResponseStatus.busy, error: new CapacityError(why) }
    const snapshot = builder.build(Date.now())
    // A request may want fewer than there are.
    share.hold(snapshot.count)
    return { snapshot }
  } catch (cause) {
    const error = deviceError(cause)
    return { refused: STATUS_BY_CODE[error.code], error }
  }
}

type Pages = AsyncIterator<readonly Recording[], unknown>

/**
 * Take page after page, each in its turn. Nothing holds a page while it waits for a turn, as `for await` would: a thousand inquiries at once would each hold one.
 *
 * @returns why the list is not taken to its end; undefined: it is complete
 */
async function takeAll(
  pages: Pages,
  builder: SnapshotBuilder,
  { signal, maxResources, share, pageTurns }: InquiryOptions,
): Promise<string | undefined> {
  for (;;) {
    const turn = pageTurns.next()
    if (turn) await turn
    if (signal.aborted) await pages.return?.()
    signal.throwIfAborted()
    const { done, value } = await pages.next()
    if (done === true) return undefined
    const why = await takePage(pages, value, builder, { maxResources, share })
    if (why !== undefined) return why
  }
}

/** @returns why no more is taken: then, and where the page cannot be one, the driver is told to stop */
async function takePage(
  pages: Pages,
  page: readonly Recording[],
  builder: SnapshotBuilder,
  { maxResources, share }: Pick<InquiryOptions, 'maxResources' | 'share'>,
): Promise<string | undefined> {
  let isTaken = false
  try {
    if (!builder.add(page)) {
      return `the device lists more than ${maxResources} resources; ask for a shorter time range, or raise maxResources`
    }
    isTaken = share.hold(builder.length)
    if (isTaken) return undefined
    return `the lists of all open exchanges would hold more than ${share.room.most} resources; ask again when some have ended, or raise maxOpenResources`
  } finally {
    if (!isTaken) await pages.return?.()
  }
}

/** By its code, not by its class: a driver may come with a copy of this package of its own. */
function deviceError(cause: unknown): DeviceError {
  const message = cause instanceof Error ? cause.message : textOf(cause)
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const known = Object.values(DeviceErrorCode).find((one) => one === code)
  if (known === undefined) return new DeviceError(DeviceErrorCode.fault, `the driver failed: ${message}`, { cause })
  return cause instanceof DeviceError ? cause : new DeviceError(known, message, { cause })
}

/** Of anything that can be thrown: String() throws for an object without a prototype. */
function textOf(thrown: unknown): string {
  return typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 0, customInspect: false })
}

import { inspect } from 'node:util'
import { DeviceError, DeviceErrorCode, type MonitoringDevice, type Recording } from '../device/index.js'
import type { RefusalStatus } from '../exchange/index.js'
import { SnapshotBuilder, type Snapshot } from '../resources/index.js'
import { ResponseStatus, type Request } from '../wire/index.js'
import type { PageTurns } from './page-turns.js'

/** Each kind of blame has its one status; see docs/errors.md. */
const STATUS_BY_CODE: Readonly<Record<DeviceErrorCode, RefusalStatus>> = {
  [DeviceErrorCode.unreachable]: ResponseStatus.deviceUnreachable,
  [DeviceErrorCode.refused]: ResponseStatus.deviceRefused,
  [DeviceErrorCode.fault]: ResponseStatus.deviceFault,
  [DeviceErrorCode.unsupported]: ResponseStatus.notSupported,
}

/** A device's list, or the status that says why there is none. */
export type InquiryResult =
  { readonly snapshot: Snapshot } | { readonly refused: RefusalStatus; readonly error: DeviceError }

/** Ask a device for what a request wants; never rejects. A driver that throws anything but a DeviceError is a fault of the device's side, too. */
export async function inquire(
  device: MonitoringDevice,
  request: Request,
  {
    signal,
    maxResources,
    pageTurns,
  }: { readonly signal: AbortSignal; readonly maxResources: number; readonly pageTurns: PageTurns },
): Promise<InquiryResult> {
  const builder = new SnapshotBuilder(request, maxResources)
  try {
    const pages = device.listRecordings({
      fromMs: request.fromMs || undefined,
      toMs: request.toMs || undefined,
      channel: request.channel || undefined,
      signal,
    })
    if (!(await takeAll(pages[Symbol.asyncIterator](), builder, { signal, pageTurns }))) {
      const message = `the device lists more than ${maxResources} resources; ask for a shorter time range, or raise maxResources`
      return { refused: ResponseStatus.busy, error: new DeviceError(DeviceErrorCode.fault, message) }
    }
    return { snapshot: builder.build(Date.now()) }
  } catch (cause) {
    const error = deviceError(cause)
    return { refused: STATUS_BY_CODE[error.code], error }
  }
}

type Pages = AsyncIterator<readonly Recording[], unknown>

/**
 * Take page after page, each in its turn. Nothing holds a page while it waits for a turn, as `for await` would: a thousand inquiries at once would each hold one.
 *
 * @returns false when there are more resources than may be
 */
async function takeAll(
  pages: Pages,
  builder: SnapshotBuilder,
  { signal, pageTurns }: { readonly signal: AbortSignal; readonly pageTurns: PageTurns },
): Promise<boolean> {
  for (;;) {
    const turn = pageTurns.next()
    if (turn) await turn
    if (signal.aborted) await pages.return?.()
    signal.throwIfAborted()
    const taken = await takePage(pages, builder)
    if (taken !== 'page') return taken === 'end'
  }
}

async function takePage(pages: Pages, builder: SnapshotBuilder): Promise<'page' | 'end' | 'full'> {
  const { done, value } = await pages.next()
  if (done === true) return 'end'
  let isTaken = false
  try {
    isTaken = builder.add(value)
  } finally {
    if (!isTaken) await pages.return?.()
  }
  return isTaken ? 'page' : 'full'
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

/** An outlet that is open, as the guard sees it. */
export interface OpenOutlet {
  readonly id: string
  close(): Promise<void>
  /** Synchronous; false where there is no way. */
  secureNow(): boolean
}

/** How long closing may hold up the end of the process, in all. */
const CLOSE_TIMEOUT_MS = 10_000

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const openOutlets = new Set<OpenOutlet>()

/** Outlets tell here that they are open; the returned function tells that they are not any more. */
export function registerOpenOutlet(outlet: OpenOutlet): () => void {
  openOutlets.add(outlet)
  return () => openOutlets.delete(outlet)
}

/** What became of an outlet that was closed because the process ends. */
export interface OutletLeft {
  /** PowerOutlet.id. */
  readonly outlet: string
  /** Why it may not be in its safe state; `undefined` when it is. */
  readonly problem: Error | undefined
}

/**
 * Close every open outlet of this process, which leaves each in its safe state. For programs that end in an orderly way of their own.
 *
 * @returns an entry for each outlet; never rejects, and takes ten seconds at most
 */
export async function closeOpenOutlets(): Promise<readonly OutletLeft[]> {
  return Promise.all(
    [...openOutlets].map(async (outlet) => {
      let timer: NodeJS.Timeout | undefined
      try {
        const late = new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(new Error(`not closed within ${CLOSE_TIMEOUT_MS} ms`)), CLOSE_TIMEOUT_MS)
        })
        await Promise.race([outlet.close(), late])
        return { outlet: outlet.id, problem: undefined }
      } catch (error) {
        return { outlet: outlet.id, problem: error instanceof Error ? error : new Error('unknown', { cause: error }) }
      } finally {
        clearTimeout(timer)
      }
    }),
  )
}

/**
 * From now on, leave every open outlet in its safe state however this process ends: when it has nothing more to do (an open serial port is something to do), at SIGINT, SIGTERM and SIGHUP, at an
 * error that nobody caught, and, as far as a serial port can be written to without waiting, at `process.exit()`. Only SIGKILL, a crash of Node itself and
 * the loss of the machine's own power are beyond it.
 *
 * A signal and an uncaught error then end the process as they would have without this. A program with signal handlers of its own decides itself when it
 * ends; it calls {@link closeOpenOutlets}, and passes `signals: false`.
 *
 * @returns takes the guard away again
 */
export function closeOutletsOnExit({ signals = true }: { readonly signals?: boolean } = {}): () => void {
  const end = async (how: () => void): Promise<void> => {
    tell(await closeOpenOutlets())
    release()
    how()
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    void end(() => process.kill(process.pid, signal))
  }
  const onError = (error: unknown): void => {
    void end(() => {
      // Outside of any promise, so that it ends the process the way it would have.
      setImmediate(() => {
        throw error
      })
    })
  }
  const onIdle = (): void => {
    if (openOutlets.size > 0) void end(() => undefined)
  }
  const onExit = (): void => {
    tell(
      [...openOutlets]
        .filter((outlet) => !outlet.secureNow())
        .map(({ id }) => ({ outlet: id, problem: new Error('the process exited without waiting') })),
    )
  }
  const release = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal)
    process.off('uncaughtException', onError).off('beforeExit', onIdle).off('exit', onExit)
  }
  if (signals) for (const signal of SIGNALS) process.on(signal, onSignal)
  process.on('uncaughtException', onError).on('beforeExit', onIdle).on('exit', onExit)
  return release
}

function tell(left: readonly OutletLeft[]): void {
  for (const { outlet, problem } of left) {
    if (problem === undefined) continue
    process.stderr.write(`viewnet: outlet ${outlet} may not be in its safe state: ${problem.message}\n`)
  }
}

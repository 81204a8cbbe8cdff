import { BenchError } from '../bench/errors.js'

/**
 * Wait until the user or the system asks this process to end (SIGINT, SIGTERM), or the terminal is closed (SIGHUP). The second signal ends it the hard
 * way, in case closing hangs.
 */
export async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    process.on('SIGHUP', () => resolve())
  })
}

/**
 * Do something with a signal that aborts when the user or the system asks this process to end, when the terminal is closed, or when a night that started
 * it is gone. Its reason is a BenchError `ERR_VIEWNET_STOPPED`: whoever is stopped could not test.
 */
export async function stoppable(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  const abort = (by: string): void => controller.abort(new BenchError('ERR_VIEWNET_STOPPED', `stopped by ${by}`))
  const stop = (name: NodeJS.Signals): void => abort(name)
  // The channel closes even where the other process was killed: nobody would take our result, and the next attempt wants the device.
  const leave = (): void => abort('the end of the process that started it')
  // A terminal that closes says so twice, by its shell and by the kernel: the second time must not end what is on its way out.
  process.once('SIGINT', stop).once('SIGTERM', stop).on('SIGHUP', stop).once('disconnect', leave)
  process.channel?.unref()
  try {
    await work(controller.signal)
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', stop).off('disconnect', leave)
  }
}

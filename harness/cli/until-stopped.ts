import { BenchError } from '../bench/index.js'

/**
 * Wait until the user or the system asks this process to end (SIGINT, SIGTERM). The second signal ends it the hard way, in case closing hangs.
 */
export async function untilStopped(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}

/**
 * A signal that aborts when the user or the system asks this process to end. Its reason is a BenchError `ERR_VIEWNET_STOPPED`: whoever is
 * stopped could not test.
 */
export function stopSignal(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController()
  const stop = (name: NodeJS.Signals): void =>
    controller.abort(new BenchError('ERR_VIEWNET_STOPPED', `stopped by ${name}`))
  process.once('SIGINT', stop).once('SIGTERM', stop)
  return { signal: controller.signal, release: () => process.off('SIGINT', stop).off('SIGTERM', stop) }
}

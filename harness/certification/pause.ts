import { setTimeout as delay } from 'node:timers/promises'

/** Wait; @throws the reason of the signal when that aborts */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined)
  signal.throwIfAborted()
}

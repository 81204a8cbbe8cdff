import { DeviceError, DeviceErrorCode, type Recording } from 'viewnet/device'
import type { PowerOutlet } from 'viewnet/devices/power'
import { BenchError } from '../bench/errors.js'
import type { CaseBench } from './case.js'
import { listAll } from './list-all.js'
import { pause } from './pause.js'

/** Longest that one question may take while it is only asked whether anybody is there. */
const QUESTION_MS = 2000
const LISTING_MS = 15_000
const ASK_AGAIN_MS = 200

/** What a case of power works with. */
export type PowerBench = Pick<CaseBench, 'device' | 'signal' | 'limitOf'> & { readonly power: PowerOutlet }

/**
 * Take the device's power away, and make sure that it is gone.
 *
 * @throws PowerError when the outlet does not obey; BenchError `ERR_VIEWNET_POWER_WELDED` when it says off and the device still answers
 */
export async function cutPower(bench: PowerBench): Promise<void> {
  const { power, signal } = bench
  await power.off({ signal })
  const silentWithinMs = bench.limitOf('silentMs')?.limit ?? Infinity
  const giveUpAtMs = performance.now() + silentWithinMs
  while (await answers(bench)) {
    if (performance.now() > giveUpAtMs) {
      const message = `outlet ${power.id} was switched off, and the device still answers after ${silentWithinMs / 1000} s: a welded relay, or another outlet than the device's`
      throw new BenchError('ERR_VIEWNET_POWER_WELDED', message)
    }
    await pause(ASK_AGAIN_MS, signal)
  }
}

/** A device that is back. */
export interface Boot {
  /** From power on to the end of the first good listing, ms. */
  readonly bootMs: number
  readonly listing: readonly Recording[]
}

/**
 * Give the device its power again, and wait for its first good listing.
 *
 * @returns undefined when there was none within the limit of `bootMs`
 */
export async function restorePower(bench: PowerBench): Promise<Boot | undefined> {
  const { power, signal, device } = bench
  await power.on({ signal })
  const startedAtMs = performance.now()
  const limitMs = bench.limitOf('bootMs')?.limit ?? Infinity
  while (performance.now() - startedAtMs <= limitMs) {
    const one = AbortSignal.any([signal, AbortSignal.timeout(LISTING_MS)])
    try {
      const listing = await listAll(device.listRecordings({ signal: one }))
      return { bootMs: Math.round(performance.now() - startedAtMs), listing }
    } catch (error) {
      signal.throwIfAborted()
      // While it boots it may answer anything; what it says once it is up is what counts.
      if (!(error instanceof DeviceError) && !one.aborted) throw error
    }
    await pause(ASK_AGAIN_MS, signal)
  }
  return undefined
}

/** Whether anybody is there, whatever is said. */
export async function answers({ device, signal }: PowerBench): Promise<boolean> {
  const one = AbortSignal.any([signal, AbortSignal.timeout(QUESTION_MS)])
  try {
    await device.describe({ signal: one })
    return true
  } catch (error) {
    signal.throwIfAborted()
    return error instanceof DeviceError && error.code !== DeviceErrorCode.unreachable
  }
}

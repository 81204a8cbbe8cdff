import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from 'viewnet/device'

/** Where nights are remembered unless it is said otherwise. */
export const DEFAULT_HISTORY = join('report', 'history.db')

/**
 * Reading makes no history: an empty one in place of a mistyped file would say that nothing ever happened.
 *
 * @throws UsageError `ERR_VIEWNET_OPTION` where there is none
 */
export async function expectHistory(address: string): Promise<void> {
  if (/^[a-z]+:\/\//i.test(address)) return
  try {
    await stat(address)
  } catch (cause) {
    const message = `history: expected the history of a night, which 'viewnet nightly' writes, got no file '${address}'`
    throw new UsageError('ERR_VIEWNET_OPTION', message, { cause })
  }
}

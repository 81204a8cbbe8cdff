import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The folder of package.json; the specs themselves run from dist/specs, compiled. */
const ROOT = dirname(createRequire(import.meta.url).resolve('viewnet/package.json'))

/** Where a file or folder of the checkout is; the checkout itself when none is named. */
export function inCheckout(...path: readonly string[]): string {
  return join(ROOT, ...path)
}

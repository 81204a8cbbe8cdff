import { readFileSync } from 'node:fs'
import { inCheckout } from '../checkout.js'

/** What package.json says, as far as these specs ask. */
export interface Manifest {
  readonly version: string
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | Readonly<Record<'viewnet-source' | 'types' | 'default', string>>>>
}

export const MANIFEST = JSON.parse(readFileSync(inCheckout('package.json'), 'utf8')) as Manifest

/** README's example of the SDK: its first block of TypeScript. */
export function readmeExample(): string {
  const example = /^```ts\n(.*?)^```$/ms.exec(readFileSync(inCheckout('README.md'), 'utf8'))?.[1]
  if (example === undefined) throw new Error('README.md has no TypeScript example')
  return example
}

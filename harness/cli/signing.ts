import { UsageError } from 'viewnet/device'
import type { SigningKey } from '../report/certificate/index.js'
import { note } from './output.js'

/** The variable that holds a key, or names its file, where no option does. */
export const SIGNING_KEY_VARIABLE = 'VIEWNET_SIGNING_KEY'

/** A key, and where it is from. */
export interface FoundKey {
  readonly key: SigningKey
  /** A file, or the variable that holds it. */
  readonly from: string
}

/**
 * The key that runs are signed with: of a file, else of the environment, else the station's own, which is made where it is not there.
 *
 * @throws UsageError `ERR_VIEWNET_KEY` when the one that is meant cannot be used; no other is taken in its place
 */
export async function findSigningKey(file: string | undefined): Promise<FoundKey> {
  const { SigningKey, stationKey, stationKeyPath } = await import('../report/certificate/index.js')
  if (file !== undefined) return { key: await SigningKey.read(file), from: file }
  const told = process.env[SIGNING_KEY_VARIABLE] ?? ''
  if (told.includes('-----BEGIN')) {
    return { key: await SigningKey.parse(told, SIGNING_KEY_VARIABLE), from: SIGNING_KEY_VARIABLE }
  }
  if (told !== '') return { key: await SigningKey.read(told), from: told }
  const path = stationKeyPath(process.env)
  const { key, isNew, isExposed } = await stationKey(path)
  if (isNew) note(`viewnet: made this station's signing key, ${path}; 'viewnet key' shows its public half`)
  if (isExposed) note(`viewnet: ${path}: others of this machine may read it; 'chmod 600' keeps it to you`)
  return { key, from: path }
}

/** The key for a run. One that cannot be used costs the run its certificate, never its result, and that is said. */
export async function signingKeyForRun(file: string | undefined): Promise<SigningKey | undefined> {
  try {
    return (await findSigningKey(file)).key
  } catch (failure) {
    if (!(failure instanceof UsageError)) throw failure
    note(`viewnet: runs stay unsigned: ${failure.message}`)
    return undefined
  }
}

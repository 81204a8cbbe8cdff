import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { link, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { UsageError } from 'viewnet/device'
import { makeFolder } from '../../make-folder.js'
import { SigningKey } from './signing-key.js'

/** Where this user's station keeps its key; a relative XDG_CONFIG_HOME counts for nothing, as the XDG base directories ask. */
export function stationKeyPath(environment: Readonly<Record<string, string | undefined>>): string {
  const { XDG_CONFIG_HOME: config = '' } = environment
  return join(isAbsolute(config) ? config : join(homedir(), '.config'), 'viewnet', 'signing-key.pem')
}

/** A station's key, and what its owner should know of it. */
export interface StationKey {
  readonly key: SigningKey
  /** It was not there before. */
  readonly isNew: boolean
  /** Others of this machine may read its file. */
  readonly isExposed: boolean
}

/**
 * The key at a path; where there is none, one is made, for its owner alone. Two programs that make it at once end up with the same.
 *
 * @throws UsageError `ERR_VIEWNET_KEY` when it can be neither read nor made
 */
export async function stationKey(path: string): Promise<StationKey> {
  const isNew = await make(path)
  const key = await SigningKey.read(path)
  const { mode } = await stat(path)
  return { key, isNew, isExposed: process.platform !== 'win32' && (mode & 0o077) !== 0 }
}

/** @returns whether the key was made; not, where one was there */
async function make(path: string): Promise<boolean> {
  const isThere = await stat(path).then(
    () => true,
    () => false,
  )
  if (isThere) return false
  // Written whole beside it, then named: nobody ever reads half a key.
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  try {
    makeFolder(dirname(path), 0o700)
    const { privateKey } = generateKeyPairSync('ed25519')
    await writeFile(draft, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
    await link(draft, path)
    return true
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError('ERR_VIEWNET_KEY', `${path}: expected a signing key, or a place to make one, got ${reason}`, {
      cause,
    })
  } finally {
    await rm(draft, { force: true }).catch(() => undefined)
  }
}

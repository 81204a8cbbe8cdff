import { chmodSync, closeSync, constants, fchmodSync, lstatSync, mkdirSync, openSync, type Stats } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LeaseError } from './errors.js'

/** Environment variable with the folder of the leases. */
export const LEASES_VARIABLE = 'VIEWNET_LEASES'

/** The folder of the leases of this machine: one for all users, so that two of them do not switch one relay. */
export function leaseFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return environment[LEASES_VARIABLE] || join(tmpdir(), 'viewnet-leases')
}

/** As /tmp is: everybody may write, nobody may remove or rename what is another's. */
const SHARED_FOLDER = 0o1777
const SHARED_FILE = 0o666

/**
 * The file of the leases, made where it is not there. Whoever made the folder could deny leases to everybody, as whoever holds the relays could; what is refused
 * is what lets somebody else do so, or what would make us write somewhere else.
 *
 * @throws LeaseError `ERR_VIEWNET_LEASE_STORE` when the folder or the file is a link, is no folder or file, or can be replaced by others
 */
export function leaseFile(folder: string): string {
  try {
    makeFolder(folder)
    expectFolder(folder)
    const file = join(folder, 'leases.sqlite')
    makeFile(file)
    expectFile(file)
    return file
  } catch (cause) {
    if (cause instanceof LeaseError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LeaseError('ERR_VIEWNET_LEASE_STORE', `leases: expected a folder to keep them in, got ${reason}`, {
      cause,
    })
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw error
  }
  // The umask took rights away that others need.
  chmodSync(folder, SHARED_FOLDER)
}

function makeFile(file: string): void {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants
  let descriptor: number
  try {
    descriptor = openSync(file, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, SHARED_FILE)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return
    throw error
  }
  try {
    fchmodSync(descriptor, SHARED_FILE)
  } finally {
    closeSync(descriptor)
  }
}

function expectFolder(folder: string): void {
  const found = lstatSync(folder)
  if (!found.isDirectory()) throw refused(folder, 'a folder', found.isSymbolicLink() ? 'a link' : 'something else')
  // Without the sticky bit others could put a file of their own in the place of ours.
  if ((found.mode & 0o022) !== 0 && (found.mode & 0o1000) === 0)
    throw refused(folder, 'mode 1777, or one that nobody else can write', `mode ${modeOf(found)}`)
}

function expectFile(file: string): void {
  const found = lstatSync(file)
  if (!found.isFile()) throw refused(file, 'a file', found.isSymbolicLink() ? 'a link' : 'something else')
  if (found.nlink !== 1) throw refused(file, 'a file of one name', `one of ${found.nlink}`)
}

const modeOf = ({ mode }: Stats): string => (mode & 0o7777).toString(8)

function refused(path: string, expected: string, got: string): LeaseError {
  return new LeaseError('ERR_VIEWNET_LEASE_STORE', `leases: expected ${path} to be ${expected}, got ${got}`)
}

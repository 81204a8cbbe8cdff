import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Make a folder, with those above it; one that is there stays as it is. Node's own recursive mkdir never returns where the system says that
 * nothing is there although the folder above is, as Linux does in /proc: it tries for ever, and no signal reaches it.
 *
 * Above the rooms, as errors are in the SDK: seven of them make folders, of which none is about folders, and a room for this alone would hold one file.
 *
 * @param mode - rights of every folder that is made, less what the umask takes
 * @throws the error of the system when it cannot be made, or something else is in its place
 */
export function makeFolder(path: string, mode = 0o777): void {
  if (isFolder(path)) return
  const above = dirname(path)
  if (above !== path) makeFolder(above, mode)
  try {
    mkdirSync(path, mode)
  } catch (failure) {
    // Another process may have been faster.
    if (!isFolder(path)) throw failure
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

import { readFileSync, readlinkSync } from 'node:fs'
import { userInfo } from 'node:os'

/** What tells one process of one boot from all others; numbers alone come again. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it started, in the kernel's ticks since boot; empty where the system does not tell. */
  readonly started: string
  /** The boot that it belongs to; empty where the system does not tell. */
  readonly boot: string
  /** The namespace that its pid is of: a container's pids say nothing outside of it. */
  readonly pidNamespace: string
  readonly user: string
}

/** Who we are. */
export function ownIdentity(): ProcessIdentity {
  const { pid } = process
  return {
    pid,
    started: startedAt(pid)?.started ?? '',
    boot: read('/proc/sys/kernel/random/boot_id').trim(),
    pidNamespace: pidNamespaceOf(),
    user: userName(),
  }
}

/**
 * Whether a process is gone for certain. A pid of another namespace, or of a system that tells no start times, may be anybody's: then only a heartbeat
 * that stopped tells.
 */
export function isGone(other: Omit<ProcessIdentity, 'user'>, own: ProcessIdentity): boolean {
  if (other.boot !== own.boot) return other.boot !== '' && own.boot !== ''
  if (other.pidNamespace !== own.pidNamespace) return false
  if (other.started === '') return !isSignallable(other.pid)
  const now = startedAt(other.pid)
  // A zombie holds nothing any more; it only waits for its parent to look.
  return now === undefined || now.started !== other.started || now.state === 'Z' || now.state === 'X'
}

/** proc(5), /proc/PID/stat: the name may hold blanks and brackets, so fields are counted from the last bracket. */
function startedAt(pid: number): { readonly state: string; readonly started: string } | undefined {
  const text = read(`/proc/${pid}/stat`)
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, started] = [fields[0], fields[19]]
  return state === undefined || started === undefined ? undefined : { state, started }
}

function isSignallable(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process is there all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function pidNamespaceOf(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

/** Empty where there is no such file. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`
  }
}

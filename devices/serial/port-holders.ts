import { readFile, stat } from 'node:fs/promises'
import { SerialFault } from './serial-fault.js'

/** Who holds which port in this process, by the port's id. */
const holders = new Map<string, string>()

/**
 * Take a port for one holder; the returned function lets go of it, once.
 *
 * @throws {@link SerialFault} `busy` when it is taken, naming who has it
 */
export function holdPort(id: string, holder: string): () => void {
  const other = holders.get(id)
  if (other !== undefined) throw new SerialFault('busy', `${id} is held by ${other}, in this process`)
  holders.set(id, holder)
  let isHeld = true
  return () => {
    if (isHeld) holders.delete(id)
    isHeld = false
  }
}

/**
 * Which process has the lock on a port: serialport takes one with flock, and Linux lists them in /proc/locks.
 *
 * @returns such as `process 1234 (picocom)`; `undefined` where it cannot be known
 */
export async function lockHolder(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path)
    const locks = await readFile('/proc/locks', 'utf8')
    // `1: FLOCK  ADVISORY  WRITE 1234 00:05:678 0 EOF`, the device in hexadecimal: major, minor, inode.
    const device = `${hex(dev >> 8)}:${hex(dev & 0xff)}:${ino}`
    const line = locks.split('\n').find((lock) => lock.includes('FLOCK') && lock.includes(` ${device} `))
    const pid = line && /WRITE\s+(\d+)/.exec(line)?.[1]
    if (pid === undefined || pid === '') return undefined
    const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')
    return name === '' ? `process ${pid}` : `process ${pid} (${name.trim()})`
  } catch {
    return undefined
  }
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0')
}

import { execFileSync } from 'node:child_process'

const CLONE_NEWNET = 0x4000_0000

/**
 * Move this process into a network namespace of its own, which ends with it: sockets and child processes made from now on are in it. In it, a pair of
 * Ethernet interfaces that are joined to each other, both up.
 *
 * @returns why it cannot be done here, or false
 */
export async function enterOwnNetwork(one: string, other: string): Promise<string | false> {
  if (process.platform !== 'linux') return 'network namespaces need Linux'
  try {
    const { default: koffi } = await import('koffi')
    const unshare = koffi.load(null).func('unshare', 'int', ['int']) as (flags: number) => number
    if (unshare(CLONE_NEWNET) !== 0) return `no network namespace may be made here (errno ${koffi.errno()})`
    ip(`link add ${one} type veth peer name ${other}`)
    ip(`link set ${one} up`)
    ip(`link set ${other} up`)
    ip('link set lo up')
    return false
  } catch (error) {
    return error instanceof Error ? error.message.split('\n', 1)[0]! : String(error)
  }
}

/** The `ip` command, its words separated by spaces. */
export function ip(words: string): void {
  execFileSync('ip', words.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] })
}

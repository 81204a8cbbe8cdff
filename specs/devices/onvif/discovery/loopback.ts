import { readFileSync } from 'node:fs'

/** IFF_MULTICAST of the loopback interface on Linux. */
const MULTICAST_FLAG = 0x1000

/** Why multicast cannot be tried without leaving this machine; `false` when it can. */
export function multicastSkip(): string | false {
  try {
    const flags = Number(readFileSync('/sys/class/net/lo/flags', 'utf8').trim())
    return (flags & MULTICAST_FLAG) === 0
      ? 'the loopback interface has no multicast (ip link set lo multicast on)'
      : false
  } catch {
    return 'whether the loopback interface has multicast is not known here'
  }
}

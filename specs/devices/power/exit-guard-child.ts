/** Opens a relay behind a terminal server, switches it on, and ends in the way that its first argument names. */
import { setTimeout as sleep } from 'node:timers/promises'
import { closeOutletsOnExit, openOutlet } from 'viewnet/devices/power'

const [, , ending, port] = process.argv
closeOutletsOnExit()
const outlet = await openOutlet({ driver: 'kmtronic', port: port ?? '', relay: 1 })
await outlet.on()
process.stdout.write('on\n')
switch (ending) {
  case 'error':
    setTimeout(() => {
      throw new Error('nobody catches this')
    }, 10)
    break
  case 'rejection':
    void Promise.reject(new Error('nobody catches this'))
    break
  default:
    await sleep(60_000)
}

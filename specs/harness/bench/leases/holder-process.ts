import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { inCheckout } from '../../../checkout.js'

/** Wants a relay, says for whom it waits, and when told to, switches it. */
const PROGRAM = `
import { createInterface } from 'node:readline'
import { Leases, leasedOutlet } from 'viewnet/harness/bench'
const [folder, holder, staleMs] = process.argv.slice(1)
const say = (...words) => console.log(words.join(' '))
const leases = new Leases({ folder, staleMs: Number(staleMs) })
say('ready')
const lease = await leases.acquire([{ name: 'device 7' }, { name: 'usb:1-2#1' }], {
  holder,
  onWaiting: (blockers) => say('waits for', ...blockers.map((each) => each.holder)),
})
say('holds', lease.token)
const relay = { id: 'usb:1-2#1', bank: 'usb:1-2', readback: 'state', safeState: 'off', switchCount: 0, on: async () => say('switched') }
const outlet = leasedOutlet(relay, lease)
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'on') await outlet.on().catch((error) => say(error.code))
  if (line === 'release') { lease.release(); say('released') }
}
`

/** A process that holds, or wants, the lease on one relay. */
export class HolderProcess {
  readonly #child
  readonly #lines: AsyncIterator<string>

  constructor(folder: string, holder: string, staleMs = 15_000) {
    this.#child = spawn(
      '/usr/bin/env',
      ['-u', 'NODE_OPTIONS', process.execPath, '--input-type=module', '-e', PROGRAM, folder, holder, String(staleMs)],
      { cwd: inCheckout(), stdio: ['pipe', 'pipe', 'inherit'], timeout: 120_000, killSignal: 'SIGKILL' },
    )
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** The next line that it says. */
  async said(): Promise<string> {
    const { value, done } = await this.#lines.next()
    return done ? 'ended' : value
  }

  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`)
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}

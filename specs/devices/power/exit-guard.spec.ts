import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { serveOnTcp, SimulatedKmtronic } from 'viewnet/devices/simulated'

const CHILD = fileURLToPath(new URL('exit-guard-child.js', import.meta.url))

/** How the child ends, and how that looks from outside: an exit code or a signal, as it would be without the guard. */
const ENDINGS = [
  { ending: 'SIGTERM', isSafe: true, code: null, signal: 'SIGTERM' },
  { ending: 'SIGINT', isSafe: true, code: null, signal: 'SIGINT' },
  { ending: 'error', isSafe: true, code: 1, signal: null },
  { ending: 'rejection', isSafe: true, code: 1, signal: null },
  { ending: 'SIGKILL', isSafe: false, code: null, signal: 'SIGKILL' },
] as const

for (const { ending, isSafe, code, signal } of ENDINGS) {
  t.test(
    `a process that ends by ${ending} leaves the relay ${isSafe ? 'in its safe state' : 'as it is'}`,
    async (t) => {
      const board = new SimulatedKmtronic()
      await using served = await serveOnTcp(board)
      const child = spawn(process.execPath, [CHILD, ending, served.path], {
        // Built code, as a consumer runs it.
        env: { ...process.env, NODE_OPTIONS: '' },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let complaint = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
      const ended = once(child, 'close')
      await Promise.race([once(child.stdout, 'data'), ended])
      t.equal(board.relay(0).operationCount >= 1, true, complaint)
      if (ending.startsWith('SIG')) child.kill(ending as NodeJS.Signals)
      t.same(await ended, [code, signal])
      t.equal(board.relay(0).isClosed, !isSafe)
      if (ending === 'error') t.match(complaint, /nobody catches this/)
    },
  )
}

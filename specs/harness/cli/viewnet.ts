import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { inCheckout } from '../../checkout.js'

/** The program as users have it: compiled. */
const MAIN = inCheckout('dist/harness/cli/main.js')

/** In place of the configuration and state of whoever runs the specs: a command may make a key there, and count wear. */
const CONFIG = mkdtempSync(join(tmpdir(), 'viewnet-config-'))
process.once('exit', () => rmSync(CONFIG, { recursive: true, force: true }))

/** No command of these specs takes half as long. */
const LIMIT_MS = 240_000

/** How a command ended. */
export interface Ended {
  /** Exit status; null when a signal killed it. */
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Where and with which environment a command runs. */
export interface CommandOptions {
  readonly cwd?: string
  /** Added to ours. */
  readonly env?: Readonly<Record<string, string>>
}

/** A command that runs. */
export interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  /** The first line of stdout as JSON. */
  ready(): Promise<Record<string, unknown>>
  /** Wait until stderr holds a text. */
  said(text: string): Promise<void>
  /** Send a signal, and wait for the end. */
  stop(signal: NodeJS.Signals): Promise<Ended>
}

/** Start `viewnet` with these arguments; those of one text stand between its blanks. */
export function start(typed: string | readonly string[], { cwd, env }: CommandOptions = {}): Running {
  const args = typeof typed === 'string' ? typed.split(/\s+/) : typed
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is absent: build first, with 'npm run build'`)
  // tap would have every Node beneath it load its own hooks, which slows it down; env, which becomes what it starts, takes that back.
  const child = spawn('/usr/bin/env', ['-u', 'NODE_OPTIONS', process.execPath, MAIN, ...args], {
    cwd,
    env: { ...process.env, XDG_CONFIG_HOME: CONFIG, XDG_STATE_HOME: CONFIG, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let stderr = ''
  const waiting = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    for (const check of waiting) check()
  })
  const firstLine = new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout })
    lines.once('line', resolve)
    lines.once('close', () => reject(new Error(`viewnet ${args.join(' ')} ended without a line: ${stderr}`)))
  })
  // Not every spec waits for a line.
  firstLine.catch(() => undefined)
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr }))
  })
  return {
    process: child,
    ended,
    async ready() {
      return JSON.parse(await firstLine) as Record<string, unknown>
    },
    said(text) {
      return new Promise((resolve, reject) => {
        const check = (): void => {
          if (!stderr.includes(text)) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
        void ended.then(() => reject(new Error(`viewnet ${args.join(' ')} ended without '${text}': ${stderr}`)))
      })
    },
    stop(signal) {
      child.kill(signal)
      return ended
    },
  }
}

/** Run `viewnet` to its end. */
export function viewnet(typed: string | readonly string[], options?: CommandOptions): Promise<Ended> {
  return start(typed, options).ended
}

/** Output as JSON lines; fails when anything else is there. */
export function jsonLines(stdout: string): readonly Record<string, unknown>[] {
  const lines = stdout.split('\n')
  if (lines.pop() !== '') throw new Error('the last line does not end')
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

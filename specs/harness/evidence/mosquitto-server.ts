import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../free-port.js'

// Debian puts daemons where an ordinary PATH does not look.
const program = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'].find(existsSync)
const passwordTool = ['/usr/bin/mosquitto_passwd', '/usr/local/bin/mosquitto_passwd'].find(existsSync)

/** Why a spec skips; false where mosquitto is installed. */
export const mosquittoAbsent = program && passwordTool ? false : 'mosquitto is not installed'

/** How a {@link Mosquitto} is set up. */
export interface MosquittoOptions {
  /** Of the user `operator`; without it, anybody may come. */
  readonly password?: string
  /** More lines of its configuration. */
  readonly settings?: readonly string[]
}

/** Debian's broker on a loopback port of its own, which can be killed and started again. */
export class Mosquitto {
  readonly port: number
  readonly #configuration: string
  #process: ChildProcess | undefined

  private constructor(port: number, configuration: string) {
    this.port = port
    this.#configuration = configuration
  }

  static async prepare(folder: string, { password, settings = [] }: MosquittoOptions = {}): Promise<Mosquitto> {
    const port = await freePort('tcp')
    const lines = [`listener ${port} 127.0.0.1`, ...settings]
    if (password === undefined) {
      lines.push('allow_anonymous true')
    } else {
      const passwords = join(folder, 'passwords')
      await once(spawn(passwordTool ?? '', ['-c', '-b', passwords, 'operator', password]), 'exit')
      lines.push('allow_anonymous false', `password_file ${passwords}`)
    }
    // Started as root, it would otherwise become a user who may not read the folder.
    if (process.getuid?.() === 0) lines.push('user root')
    const configuration = join(folder, 'mosquitto.conf')
    writeFileSync(configuration, `${lines.join('\n')}\n`)
    return new Mosquitto(port, configuration)
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`
  }

  /** Start it, and wait until it listens. */
  async start(): Promise<void> {
    const child = spawn(program ?? '', ['-v', '-c', this.#configuration], { stdio: ['ignore', 'ignore', 'pipe'] })
    this.#process = child
    let log = ''
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`mosquitto ended: ${log}`)))
      child.stderr.on('data', (chunk) => {
        log = `${log}${String(chunk)}`.slice(-10_000)
        if (/mosquitto version .* running/.test(log)) resolve()
      })
    })
  }

  /** End it, and wait until it is gone. */
  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#process
    this.#process = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
}

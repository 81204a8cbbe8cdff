import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../free-port.js'

/** A PostgreSQL server of a spec's own, on loopback. */
export interface PostgresServer {
  readonly url: string
  close(): Promise<void>
}

/** Where the server's programs are; undefined where PostgreSQL is not installed, or may not run. */
export function postgresPrograms(): { readonly bin: string; readonly user: string | undefined } | undefined {
  const versions = '/usr/lib/postgresql'
  let bin: string | undefined
  try {
    bin = readdirSync(versions)
      .map((version) => join(versions, version, 'bin'))
      .at(-1)
  } catch {
    return undefined
  }
  if (bin === undefined) return undefined
  if (process.getuid?.() !== 0) return { bin, user: undefined }
  // The server refuses to run as root; its package brings a user for it.
  return spawnSync('id', ['postgres']).status === 0 ? { bin, user: 'postgres' } : undefined
}

/** Start a server with an empty database in a folder of its own. */
export async function startPostgres(
  programs: NonNullable<ReturnType<typeof postgresPrograms>>,
): Promise<PostgresServer> {
  const { bin, user } = programs
  const folder = mkdtempSync(join(tmpdir(), 'viewnet-postgres-'))
  const as = (command: string, args: readonly string[]): [string, string[]] =>
    user === undefined
      ? [command, [...args]]
      : ['setpriv', [`--reuid=${user}`, `--regid=${user}`, '--init-groups', command, ...args]]
  if (user !== undefined) chownSync(folder, numberOf('-u', user), numberOf('-g', user))
  const data = join(folder, 'data')
  const made = spawnSync(...as(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'viewnet', '--no-sync']))
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr.toString()}`)
  const port = await freePort('tcp')
  const options = [
    '-D',
    data,
    '-p',
    String(port),
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    `unix_socket_directories=${folder}`,
    '-c',
    'fsync=off',
  ]
  const server = spawn(...as(join(bin, 'postgres'), options), { stdio: ['ignore', 'ignore', 'pipe'] })
  await saying(server, 'ready to accept connections')
  return {
    url: `postgres://viewnet@127.0.0.1:${port}/postgres`,
    async close() {
      const ended = once(server, 'exit')
      server.kill('SIGINT')
      await Promise.race([ended, wait(10_000, undefined, { ref: false }).then(() => server.kill('SIGKILL'))])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function numberOf(flag: '-u' | '-g', user: string): number {
  return Number(spawnSync('id', [flag, user]).stdout.toString())
}

async function saying(server: ChildProcess, text: string): Promise<void> {
  let said = ''
  await new Promise<void>((resolve, reject) => {
    server.stderr?.setEncoding('utf8').on('data', (piece: string) => {
      said += piece
      if (said.includes(text)) resolve()
    })
    server.once('exit', () => reject(new Error(`postgres ended: ${said}`)))
  })
}

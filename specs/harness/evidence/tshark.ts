import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { inCheckout } from '../../checkout.js'

const run = promisify(execFile)
const programs = ['/usr/bin', '/usr/local/bin', '/opt/homebrew/bin']
const find = (name: string): string | undefined =>
  programs.map((folder) => `${folder}/${name}`).find((path) => existsSync(path))

const tsharkProgram = find('tshark')
const capinfosProgram = find('capinfos')

/** What a spec says that skips, or false. */
export const skip = tsharkProgram && capinfosProgram ? false : 'tshark is not installed'

const dissector = inCheckout('harness/evidence/wireshark/viewnet.lua')
// Nobody's own settings and plugins.
const options = {
  env: { ...process.env, WIRESHARK_CONFIG_DIR: tmpdir(), LC_ALL: 'C.UTF-8' },
  maxBuffer: 64 * 1024 ** 2,
}

/** What tshark prints of a capture, with our dissector. */
export async function tshark(capture: string, ...more: readonly string[]): Promise<string> {
  const { stdout } = await run(tsharkProgram ?? '', ['-X', `lua_script:${dissector}`, '-r', capture, ...more], options)
  return stdout
}

/** What capinfos prints of a capture. */
export async function capinfos(capture: string): Promise<string> {
  const { stdout } = await run(capinfosProgram ?? '', [capture], options)
  return stdout
}

/** The numbers of the frames that a display filter finds, from two passes. */
export async function framesOf(capture: string, filter: string): Promise<number[]> {
  const text = await tshark(capture, '-2', '-Y', filter, '-T', 'fields', '-e', 'frame.number')
  return text.split('\n').filter(Boolean).map(Number)
}

/** Fields of every frame, by their names: text, or '' where a frame has none. */
export async function fieldsOf(capture: string, names: readonly string[]): Promise<Record<string, string>[]> {
  const wanted = names.flatMap((name) => ['-e', name])
  const text = await tshark(capture, '-T', 'fields', '-E', 'separator=/t', '-E', 'occurrence=f', ...wanted)
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const values = line.split('\t')
      return Object.fromEntries(names.map((name, at) => [name, values[at] ?? '']))
    })
}

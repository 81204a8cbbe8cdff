import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inCheckout } from '../../checkout.js'

/** ONVIF's schemas and replies recorded from real devices, kept beside the repository; absent in a fresh clone. */
const SHARED = inCheckout('../shared/onvif')

/** The folder of recorded replies; `undefined` where it is absent. */
export const capturesFolder = existsSync(join(SHARED, 'captures')) ? join(SHARED, 'captures') : undefined

/** Why messages cannot be validated here; `false` when they can. */
export function validationSkip(): string | false {
  if (!existsSync(join(SHARED, 'validate'))) return 'the folder ../shared/onvif with the schemas is absent'
  return spawnSync('xmllint', ['--version']).error ? 'xmllint is absent (Debian: libxml2-utils)' : false
}

/** Validate messages against ONVIF's own schemas. Throws with the validator's words when one is not valid. */
export function validate(messages: Readonly<Record<string, string>>): void {
  const folder = mkdtempSync(join(tmpdir(), 'viewnet-onvif-'))
  try {
    const files = Object.entries(messages).map(([name, message]) => {
      const file = join(folder, `${name}.xml`)
      writeFileSync(file, message)
      return file
    })
    execFileSync(join(SHARED, 'validate'), files, { stdio: 'pipe', encoding: 'utf8' })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

import { Command } from 'commander'
import { DeviceErrorCode, UsageError } from 'viewnet/device'
import { inspectDevice, type Inspection } from 'viewnet/devices/onvif'
import { DeviceFolder, type SavedCredentials } from './device-folder.js'
import { inspectionJson, inspectionPage } from './inspection-page.js'
import { ExitStatus, note, print, printJson } from './output.js'
import { stoppable } from './until-stopped.js'

interface InspectFlags {
  readonly url: string
  readonly user?: string
  readonly password?: string
  readonly passwordEnv?: string
  readonly fingerprint?: string
  readonly insecure?: boolean
  readonly save?: string
  readonly json?: boolean
}

const NOTES = `
Quirks carry the names that 'viewnet simulate onvif --quirks' knows, where it can do the same. A folder that --save wrote is served again by
'viewnet simulate onvif --replay DIR'; it holds no user, password or other secret. Exit status 0 also when there are quirks; 1 when the
device refused or failed a question; 2 when it did not answer.

Examples:
  CAMERA_PASSWORD=… viewnet inspect --url http://192.0.2.17/onvif/device_service --user admin --password-env CAMERA_PASSWORD
  viewnet inspect --url … --save recorder-17 --json`

/** `viewnet inspect`: what a device is, what it can do for us, and how it behaves. */
export function inspectCommand(): Command {
  return new Command('inspect')
    .requiredOption('--url <url>', 'address of the device service, such as http://192.0.2.17/onvif/device_service')
    .option('--user <U>', 'whom to ask as; default: nobody')
    .option('--password <P>', 'other users of this machine can read it in the process list; prefer --password-env')
    .option('--password-env <NAME>', 'the environment variable that holds the password')
    .option('--fingerprint <SHA256>', 'https: trust the certificate with this fingerprint alone')
    .option('--insecure', 'https: trust any certificate')
    .option('--save <dir>', 'store the raw responses, without secrets, in this new folder')
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', NOTES)
    .action(async (flags: InspectFlags) => {
      await stoppable(async (signal) => {
        process.exitCode = await inspect(flags, signal)
      })
    })
}

async function inspect(flags: InspectFlags, signal: AbortSignal): Promise<ExitStatus> {
  const { url, user, save, json = false } = flags
  const password = passwordOf(flags)
  const credentials = user === undefined ? undefined : { user, password: password ?? '' }
  const tls = tlsOf(flags)
  const folder = save === undefined ? undefined : await folderFor(url, save, credentials)
  const inspection = await inspectDevice(
    {
      url,
      ...(user !== undefined && { user }),
      ...(password !== undefined && { password }),
      ...(tls && { tls }),
      ...(folder && { observe: (exchange) => folder.add(exchange) }),
    },
    { signal, onStep: (about) => note(`asking for ${about} …`), onResources: (count) => note(`${count} resources …`) },
  )
  if (folder !== undefined && save !== undefined) {
    await folder.finish(inspection.url, authenticationOf(inspection), new Date())
    note(`saved in ${save}; no secret is in it`)
  }
  if (json) printJson({ ...inspectionJson(inspection), saved: save ?? null })
  else print(inspectionPage(inspection))
  if (tls === undefined && inspection.errors.some(({ message }) => message.includes('SHA-256 fingerprint')))
    note('viewnet: if that certificate is the device’s own, add --fingerprint with what it says, or --insecure')
  return exitStatusOf(inspection)
}

/** @throws UsageError `ERR_VIEWNET_CREDENTIALS` when the environment has no such variable */
function passwordOf({ user, password, passwordEnv }: InspectFlags): string | undefined {
  if (password !== undefined && passwordEnv !== undefined)
    throw new UsageError('ERR_VIEWNET_OPTION', 'inspect: expected --password or --password-env, got both')
  if ((password !== undefined || passwordEnv !== undefined) && user === undefined)
    throw new UsageError('ERR_VIEWNET_OPTION', 'inspect: expected --user beside the password, got none')
  if (passwordEnv === undefined) return password
  const value = process.env[passwordEnv]
  if (value === undefined) {
    const message = `inspect: expected the password in the environment variable '${passwordEnv}', which is not set`
    throw new UsageError('ERR_VIEWNET_CREDENTIALS', message)
  }
  return value
}

function tlsOf({
  fingerprint,
  insecure,
}: InspectFlags): { readonly fingerprintSha256: string } | { readonly insecure: true } | undefined {
  if (fingerprint !== undefined && insecure === true)
    throw new UsageError('ERR_VIEWNET_OPTION', 'inspect: expected --fingerprint or --insecure, got both')
  if (fingerprint !== undefined) return { fingerprintSha256: fingerprint }
  return insecure === true ? { insecure: true } : undefined
}

/** A wrong address is told before a folder is made for it. */
async function folderFor(url: string, save: string, credentials: SavedCredentials | undefined): Promise<DeviceFolder> {
  if (!URL.canParse(url))
    throw new UsageError('ERR_VIEWNET_OPTION', "option '--url <url>': expected an http: or https: URL, got none")
  return DeviceFolder.create(save, credentials)
}

/** In the words of docs/replay.md. */
function authenticationOf({ authentication: { offered } }: Inspection): readonly string[] {
  return ['none', 'ws-security', 'http-digest'].filter((kind) => offered.some((offer) => offer.startsWith(kind)))
}

function exitStatusOf({ errors }: Inspection): ExitStatus {
  if (errors.some(({ code }) => code === DeviceErrorCode.unreachable)) return ExitStatus.couldNotTest
  // A device without a search service is as it is: that it cannot list is what the page says, and no failure of it.
  const isFailed = errors.some(({ about, code }) => code !== DeviceErrorCode.unsupported && ESSENTIAL.has(about))
  return isFailed ? ExitStatus.failed : ExitStatus.good
}

/** Questions whose answers the converter needs; the others only tell more. */
const ESSENTIAL: ReadonlySet<string> = new Set(['clock', 'identity', 'resources'])

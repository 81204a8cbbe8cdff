import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from 'viewnet/device'
import { z } from 'zod'
import { SOAP_TYPE } from '../soap/soap-reply.js'
import { readHead, type ResponseHead, type SavedResponse } from './saved-response.js'

/** A folder of saved responses, read as far as is needed to serve them. */
export interface SavedDevice {
  /** Path and query of the device service. */
  readonly path: string
  /** In the order in which they came; those without a place in it last, by name. */
  readonly responses: readonly SavedResponse[]
}

const FACTS_FILE = 'device.json'
const MAX_RESPONSES = 100_000
const MAX_BYTES = 2 ** 30

const exchangeSchema = z.object({
  status: z.int().min(100).max(599).optional(),
  contentType: z.string().optional(),
})
const factsSchema = z.object({
  format: z.literal('viewnet-saved-device/1').default('viewnet-saved-device/1'),
  path: z.string().startsWith('/').default('/onvif/device_service'),
  exchanges: z.record(z.string(), exchangeSchema).default({}),
})
type Exchange = z.output<typeof exchangeSchema>

/**
 * Read a saved device.
 *
 * @throws UsageError `ERR_VIEWNET_OPTION` when the folder cannot be read, holds no response or too much, or its `device.json` is wrong
 * @see docs/replay.md
 */
export async function readSavedDevice(folder: string): Promise<SavedDevice> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw refused(folder, `expected a folder that can be read, got ${messageOf(cause)}`, cause)
  })
  const files = names.filter((name) => name.endsWith('.xml')).sort(inOrder)
  if (files.length === 0) throw refused(folder, 'expected saved responses, files named *.xml, got none')
  if (files.length > MAX_RESPONSES) {
    throw refused(folder, `expected at most ${MAX_RESPONSES} responses, got ${files.length}`)
  }
  const facts = await readFacts(folder, names.includes(FACTS_FILE))
  const responses: SavedResponse[] = []
  let bytes = 0
  for (const file of files) {
    const path = join(folder, file)
    bytes += (await stat(path)).size
    if (bytes > MAX_BYTES) throw refused(folder, `expected at most ${MAX_BYTES} octets of responses, got more`)
    responses.push(savedResponse(path, file, await readHead(path), facts.exchanges[file] ?? {}))
  }
  return { path: facts.path, responses }
}

function savedResponse(path: string, file: string, head: ResponseHead, exchange: Exchange): SavedResponse {
  const asked = /^\d{3,}-(\w+)\.xml$/.exec(file)?.[1] ?? head.operation ?? ''
  const faultStatus = head.faultCodes[0] === 'Sender' ? 400 : 500
  return {
    ...head,
    path,
    asked,
    status: exchange.status ?? (head.faultCodes.length === 0 ? 200 : faultStatus),
    contentType: exchange.contentType ?? SOAP_TYPE,
  }
}

async function readFacts(folder: string, isThere: boolean): Promise<z.output<typeof factsSchema>> {
  if (!isThere) return factsSchema.parse({})
  let facts: unknown
  try {
    facts = JSON.parse(await readFile(join(folder, FACTS_FILE), 'utf8'))
  } catch (cause) {
    throw refused(folder, `${FACTS_FILE}: expected JSON, got ${messageOf(cause)}`, cause)
  }
  const parsed = factsSchema.safeParse(facts)
  if (parsed.success) return parsed.data
  const said = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw refused(folder, `${FACTS_FILE}: ${said.join('; ')}`)
}

/** By their numbers, however many digits they have; then those without one, by name. */
function inOrder(a: string, b: string): number {
  const number = (name: string): number => Number(/^(\d{3,})-/.exec(name)?.[1] ?? Infinity)
  const [first, second] = [number(a), number(b)]
  if (first !== second) return first < second ? -1 : 1
  return a < b ? -1 : 1
}

function refused(folder: string, problem: string, cause?: unknown): UsageError {
  return new UsageError('ERR_VIEWNET_OPTION', `saved device '${folder}': ${problem}`, { cause })
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

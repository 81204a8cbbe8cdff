import { open } from 'node:fs/promises'
import { optionIssues, UsageError } from 'viewnet/device'
import { isNode, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml'
import { benchSchema, type BenchDescription } from './bench-schema.js'

/** A bench file is a page or two; anything larger is not one. */
const FILE_BYTES_MOST = 1024 * 1024

/** What aliases may blow a file up to: a bench that names one password for each of a hundred devices. */
const ALIASES_MOST = 100

/**
 * Read a bench file.
 *
 * @throws UsageError `ERR_VIEWNET_BENCH_FILE` naming file, line and column of everything that is wrong, what was expected and what came. No
 *   value is quoted that may be a password.
 */
export async function readBenchFile(path: string): Promise<BenchDescription> {
  return parseBench(await textOf(path), path)
}

/** The same for text that is at hand; `path` is only named in errors. */
export function parseBench(text: string, path: string): BenchDescription {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const [broken] = document.errors
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0])
    // The rest of the message quotes the lines around, and a password may stand there.
    throw benchFileError(`${path}:${line}:${col}: ${broken.message.split('\n')[0] ?? 'not YAML'}`)
  }
  const parsed = benchSchema.safeParse(contentOf(document, lines, path))
  if (parsed.success) return parsed.data
  const said = optionIssues(benchSchema, parsed.error).map(({ path: keys, message }) => {
    const place = `${path}:${placeOf(document, lines, keys)}`
    return keys.length === 0 ? `${place}: ${message}` : `${place}: ${keys.map(shown).join('.')}: ${message}`
  })
  throw benchFileError(said.join('\n'))
}

/** @throws UsageError `ERR_VIEWNET_BENCH_FILE`; a file without an end is read no further than the longest bench file */
async function textOf(path: string): Promise<string> {
  const pieces: Buffer[] = []
  let octets = 0
  try {
    await using file = await open(path)
    for await (const piece of file.createReadStream({ end: FILE_BYTES_MOST, autoClose: false })) {
      // Without an encoding the stream gives octets.
      pieces.push(piece as Buffer)
      octets += (piece as Buffer).length
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw benchFileError(`${path}: expected a file to read, got ${reason}`, cause)
  }
  if (octets > FILE_BYTES_MOST) {
    throw benchFileError(`${path}: expected a bench file of ${FILE_BYTES_MOST} octets at most, got a longer one`)
  }
  return Buffer.concat(pieces).toString()
}

function contentOf(document: Document, lines: LineCounter, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MOST })
  } catch (cause) {
    // Not in the parser's words: they quote the alias, and a password that begins with * looks like one.
    const place = positionOf(firstAlias(document), lines)
    throw benchFileError(
      `${path}:${place}: expected aliases of anchors that stand before them, ${ALIASES_MOST} at most, got others; a value that begins with * needs quotes`,
      cause,
    )
  }
}

function firstAlias(document: Document): Node | undefined {
  let first: Node | undefined
  visit(document, {
    Alias(_key, alias) {
      first = alias
      return visit.BREAK
    },
  })
  return first
}

/** Line and column of the innermost node on a path that is there; of an unknown key, the key itself. */
function placeOf(document: Document, lines: LineCounter, keys: readonly (string | number)[]): string {
  for (let depth = keys.length; depth > 0; depth--) {
    const node = document.getIn(keys.slice(0, depth), true)
    if (isNode(node)) return positionOf(node, lines)
  }
  return positionOf(document.contents, lines)
}

function positionOf(node: unknown, lines: LineCounter): string {
  if (!isNode(node) || !node.range) return '1:1'
  const { line, col } = lines.linePos(node.range[0])
  return `${line}:${col}`
}

/** A key as it may be told: `password:secret`, where a blank was forgotten, holds more than a name. */
const shown = (key: string | number): string => (/^[\w-]+$/.test(String(key)) ? String(key) : '…')

function benchFileError(message: string, cause?: unknown): UsageError {
  return new UsageError('ERR_VIEWNET_BENCH_FILE', message, cause === undefined ? undefined : { cause })
}

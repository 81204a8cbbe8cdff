import { readFile } from 'node:fs/promises'
import { optionIssues, UsageError } from 'viewnet/device'
import { isNode, LineCounter, parseDocument, type Document } from 'yaml'
import { benchSchema, type BenchDescription } from './bench-schema.js'

/** A bench file is a page or two; anything larger is not one. */
const FILE_BYTES_MOST = 1024 * 1024

/**
 * Read a bench file.
 *
 * @throws UsageError `ERR_VIEWNET_BENCH_FILE` naming file, line and column of everything that is wrong, what was expected and what came
 */
export async function readBenchFile(path: string): Promise<BenchDescription> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    throw new UsageError('ERR_VIEWNET_BENCH_FILE', `cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
  if (text.length > FILE_BYTES_MOST) {
    throw new UsageError('ERR_VIEWNET_BENCH_FILE', `${path} is ${text.length} characters; a bench file has ${FILE_BYTES_MOST} at most`)
  }
  return parseBench(text, path)
}

/** The same for text that is at hand; `path` is only named in errors. */
export function parseBench(text: string, path: string): BenchDescription {
  const lines = new LineCounter()
  // maxAliasCount bounds what a file can blow itself up to.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  const [broken] = document.errors
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0])
    throw new UsageError('ERR_VIEWNET_BENCH_FILE', `${path}:${line}:${col}: ${broken.message.split('\n')[0] ?? 'not YAML'}`)
  }
  const content: unknown = document.toJS({ maxAliasCount: 100 })
  const parsed = benchSchema.safeParse(content)
  if (parsed.success) return parsed.data
  const said = optionIssues(benchSchema, parsed.error).map(({ path: keys, message }) => {
    const place = placeOf(document, lines, keys)
    return `${path}:${place}: ${keys.length === 0 ? message : `${keys.join('.')}: ${message}`}`
  })
  throw new UsageError('ERR_VIEWNET_BENCH_FILE', said.join('\n'))
}

/** Line and column of the innermost node on a path that is there. */
function placeOf(document: Document, lines: LineCounter, keys: readonly (string | number)[]): string {
  for (let depth = keys.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(keys.slice(0, depth), true)
    if (isNode(node) && node.range) {
      const { line, col } = lines.linePos(node.range[0])
      return `${line}:${col}`
    }
  }
  return '1:1'
}

import { isUtf8 } from 'node:buffer'
import { open } from 'node:fs/promises'
import { UsageError } from 'viewnet/device'
import { benchIssues, shownKey, type BenchIssue } from './bench-issues.js'
import { benchSchema, type BenchDescription } from './bench-schema.js'
import { benchWarnings } from './bench-warnings.js'
import { YamlDocument, type Place } from './yaml-document.js'

/** A bench file is a page or two; a thousand devices are some hundred kilobytes; anything larger is not one. */
const FILE_BYTES_MOST = 1024 * 1024

/** One thing wrong in a bench file, with its place. */
export interface BenchFileIssue extends Place {
  /** Keys down to it, with dots between: `devices.0.url`; empty for the whole file. */
  readonly path: string
  readonly expected: string
  readonly got: string
}

/** What {@link checkBench} finds. */
export interface BenchCheck {
  /** Undefined when there are errors. */
  readonly bench: BenchDescription | undefined
  readonly errors: readonly BenchFileIssue[]
  /** What does not make the file wrong: a variable that is not set, from which a run would fail; a password that everybody can read. */
  readonly warnings: readonly BenchFileIssue[]
}

/** A bench file that cannot be read, or in which something is wrong. */
export class BenchFileError extends UsageError {
  readonly issues: readonly BenchFileIssue[]

  constructor(file: string, issues: readonly BenchFileIssue[], cause?: unknown) {
    const text = issues.map((issue) => issueText(file, issue)).join('\n')
    super('ERR_VIEWNET_BENCH_FILE', text, cause === undefined ? undefined : { cause })
    this.issues = issues
  }
}

/** One issue in a line: `bench.yaml:4:10: devices.0.url: expected …, got …`. */
export function issueText(file: string, { line, column, path, expected, got }: BenchFileIssue): string {
  const where = path === '' ? '' : `${path}: `
  return `${file}:${line}:${column}: ${where}expected ${expected}, got ${got}`
}

/**
 * Read a bench file.
 *
 * @throws BenchFileError `ERR_VIEWNET_BENCH_FILE` naming file, line and column of everything that is wrong, what was expected and what came. No
 *   value is quoted that may be a password.
 */
export async function readBenchFile(path: string): Promise<BenchDescription> {
  return parseBench(await benchText(path), path)
}

/** The same for text that is at hand; `path` is only named in errors. */
export function parseBench(text: string, path: string): BenchDescription {
  const { bench, errors } = checkBench(text, {})
  if (bench === undefined) throw new BenchFileError(path, errors)
  return bench
}

/**
 * Everything that is wrong in the text of a bench file, and what may be.
 *
 * @param environment - where the variables that the file names are looked for
 */
export function checkBench(text: string, environment: NodeJS.ProcessEnv): BenchCheck {
  const document = new YamlDocument(text)
  const placed = (issues: readonly BenchIssue[]): readonly BenchFileIssue[] =>
    issues
      .map(({ path, expected, got }) => ({
        ...document.placeOf(path),
        path: path.map(shownKey).join('.'),
        expected,
        got,
      }))
      .sort((a, b) => a.line - b.line || a.column - b.column)
  if (document.errors.length > 0) return { bench: undefined, errors: document.errors, warnings: [] }
  const { content } = document
  const parsed = benchSchema.safeParse(content)
  if (!parsed.success) {
    return { bench: undefined, errors: placed(benchIssues(benchSchema, parsed.error, content)), warnings: [] }
  }
  return { bench: parsed.data, errors: [], warnings: placed(benchWarnings(parsed.data, environment)) }
}

/**
 * The text of a bench file; one without an end is read no further than the longest bench file.
 *
 * @throws BenchFileError `ERR_VIEWNET_BENCH_FILE`
 */
export async function benchText(path: string): Promise<string> {
  const pieces: Buffer[] = []
  let octets = 0
  const refused = (expected: string, got: string, { line = 1, cause }: { line?: number; cause?: unknown } = {}) =>
    new BenchFileError(path, [{ line, column: 1, path: '', expected, got }], cause)
  try {
    await using file = await open(path)
    for await (const piece of file.createReadStream({ end: FILE_BYTES_MOST, autoClose: false })) {
      // Without an encoding the stream gives octets.
      pieces.push(piece as Buffer)
      octets += (piece as Buffer).length
    }
  } catch (cause) {
    throw refused('a file to read', cause instanceof Error ? cause.message : String(cause), { cause })
  }
  if (octets > FILE_BYTES_MOST) throw refused(`a bench file of ${FILE_BYTES_MOST} octets at most`, 'a longer one')
  const content = Buffer.concat(pieces)
  const text = content.toString()
  if (isUtf8(content)) return text
  // Taken as it is, a password would become another one, and a device locks out who tries it.
  const line = text.slice(0, text.indexOf('\ufffd')).split('\n').length
  throw refused('text in UTF-8', 'octets of another encoding', { line })
}

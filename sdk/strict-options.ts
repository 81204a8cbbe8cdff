import { closest, distance } from 'fastest-levenshtein'
import { z } from 'zod'
import { UsageError } from './errors.js'

/** One thing wrong with an option: where, and what was expected, what came, and the nearest right word. */
export interface OptionIssue {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** How many letters may differ for a word to be taken as a slip of the pen. */
const SLIP_LETTERS = 3

/**
 * Parse options by a strict schema: once, at the door.
 *
 * @param schema - made of `z.strictObject`s, so that unknown keys are refused
 * @param subject - whose options these are, such as `ConversionServer`; begins the message
 * @returns the options as the schema makes them, defaults filled in
 * @throws {@link UsageError} `ERR_VIEWNET_OPTION` naming every option that is wrong, what was expected and what came
 */
export function parseStrictly<S extends z.ZodType>(schema: S, options: unknown, subject: string): z.output<S> {
  const parsed = schema.safeParse(options)
  if (parsed.success) return parsed.data
  const said = optionIssues(schema, parsed.error).map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  )
  throw new UsageError('ERR_VIEWNET_OPTION', `${subject}: ${said.join('; ')}`)
}

/** What a schema found wrong, an issue each, for callers that know more about the place (a line in a file). */
export function optionIssues(schema: z.ZodType, error: z.ZodError): readonly OptionIssue[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? part.toString() : part))
    if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message.replace(/^Invalid input: /, '') }]
    const known = keysAt(schema, path)
    return issue.keys.map((key) => ({ path: [...path, key], message: `unknown option${nearestWord(key, known)}` }))
  })
}

/** `; did you mean 'peers'?`, or the words there are when none is near. */
export function nearestWord(word: string, known: readonly string[]): string {
  if (known.length === 0) return ''
  const near = closest(word, known)
  return distance(word, near) <= SLIP_LETTERS ? `; did you mean '${near}'?` : `; known: ${known.join(', ')}`
}

/** The keys that a schema knows at a path; none where it is no object. */
function keysAt(schema: unknown, path: readonly (string | number)[]): readonly string[] {
  const inner = unwrap(schema)
  const [head, ...rest] = path
  if (head === undefined) return inner instanceof z.ZodObject ? Object.keys(inner.shape) : []
  if (inner instanceof z.ZodObject)
    return keysAt((inner.shape as Readonly<Record<string, unknown>>)[String(head)], rest)
  if (inner instanceof z.ZodArray) return keysAt(inner.element, rest)
  return []
}

function unwrap(schema: unknown): unknown {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  )
    return unwrap(schema.unwrap())
  return schema
}

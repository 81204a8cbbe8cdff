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

/** More words than this are not listed in a message. */
const MANY_WORDS = 24

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
    path.length === 0 ? message : `${path.join('.')}: ${withValue(message, options, path)}`,
  )
  throw new UsageError('ERR_VIEWNET_OPTION', `${subject}: ${said.join('; ')}`)
}

/** What a schema found wrong, an issue each, for callers that know more about the place (a line in a file). */
export function optionIssues(schema: z.ZodType, error: z.ZodError): readonly OptionIssue[] {
  return issuesIn(schema, error.issues)
}

/** A key may be unknown in the form that was written, and known in another one of its union. */
function unknownKey(key: string, known: readonly string[]): string {
  return known.includes(key) ? 'goes with another form, not beside these' : `unknown option${nearestWord(key, known)}`
}

/** As zod tells it, at whatever depth of a schema. */
type Issue = z.core.$ZodIssue

function issuesIn(schema: unknown, issues: readonly Issue[]): readonly OptionIssue[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? part.toString() : part))
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, path)
      return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, known) }))
    }
    // A union that says itself what it expects is taken at its word.
    if (issue.code === 'invalid_union' && issue.message === 'Invalid input') return inNearestForm(schema, issue, path)
    return [{ path, message: issue.message.replace(/^Invalid input: /, '') }]
  })
}

/** What is wrong with the form of a union that was most likely meant: the one with the least to mend. */
function inNearestForm(
  schema: unknown,
  { errors }: z.core.$ZodIssueInvalidUnion,
  path: readonly (string | number)[],
): readonly OptionIssue[] {
  const forms = formsAt(schema, path)
  const wrong = errors.map((issues, at) => ({ issues, form: forms[at] }))
  const ofRightType = wrong.filter(({ issues }) => !issues.some(isOfWrongType))
  const [nearest] = ofRightType.sort((a, b) => mistakesIn(a.issues) - mistakesIn(b.issues))
  if (nearest) {
    const inside = issuesIn(nearest.form, nearest.issues)
    return inside.map((issue) => ({ ...issue, path: [...path, ...issue.path] }))
  }
  const types = wrong.flatMap(({ issues }) => issues.filter(isOfWrongType))
  const expected = [...new Set(types.map((type) => type.expected))].join(' or ')
  const received = types[0]?.message.replace(/^.*, received /, '') ?? 'something else'
  return [{ path, message: `expected ${expected}, received ${received}` }]
}

/** Whether the value itself, rather than something in it, is of another type. */
function isOfWrongType(issue: Issue): issue is z.core.$ZodIssueInvalidType {
  return issue.code === 'invalid_type' && issue.path.length === 0
}

function mistakesIn(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0)
}

/** `; did you mean 'peers'?`, or the words there are when none is near; of a great many only the nearest. */
export function nearestWord(word: string, known: readonly string[]): string {
  if (known.length === 0) return ''
  const begun = known.filter((each) => word !== '' && each.startsWith(word))
  const near = closest(word, begun.length > 0 ? begun : known)
  const isNear = begun.length > 0 || distance(word, near) <= SLIP_LETTERS
  if (isNear) return `; did you mean '${near}'?`
  return known.length > MANY_WORDS ? `; the nearest is '${near}'` : `; known: ${known.join(', ')}`
}

/** The message, with what came where it does not say so: a number or a boolean only, because a text may be a secret. */
function withValue(message: string, options: unknown, path: OptionIssue['path']): string {
  let value = options
  for (const part of path) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[part]
  if (typeof value !== 'number' && typeof value !== 'boolean') return message
  // YAML makes a number of a password of digits.
  if (/password/i.test(String(path.at(-1)))) return message
  // Of a broken number, its type is the least interesting.
  const open = message.replace(/, received (number|NaN)$/, '')
  return /\b(got|received|unknown option)\b/.test(open) ? message : `${open}, got ${value}`
}

/** The keys that a schema knows at a path, in any of its forms; none where it is no object. */
function keysAt(schema: unknown, path: readonly (string | number)[]): readonly string[] {
  const keys = formsAt(schema, path).flatMap((form) => (form instanceof z.ZodObject ? Object.keys(form.shape) : []))
  return [...new Set(keys)]
}

/** What a schema takes at a path: one schema, or each of a union's. */
function formsAt(schema: unknown, path: readonly (string | number)[]): readonly unknown[] {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodUnion) return inner.options.flatMap((form) => formsAt(form, path))
  const [head, ...rest] = path
  if (head === undefined) return [inner]
  if (inner instanceof z.ZodObject)
    return formsAt((inner.shape as Readonly<Record<string, unknown>>)[String(head)], rest)
  if (inner instanceof z.ZodArray) return formsAt(inner.element, rest)
  return []
}

function unwrap(schema: unknown): unknown {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodReadonly
  )
    return unwrap(schema.unwrap())
  if (schema instanceof z.ZodPipe) return unwrap(schema.in)
  return schema
}

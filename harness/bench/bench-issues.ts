import { nearestWord } from 'viewnet/device'
import { z } from 'zod'

/** One thing wrong in a bench file: where, what was expected and what came. No value is quoted that may be a secret. */
export interface BenchIssue {
  readonly path: readonly (string | number)[]
  readonly expected: string
  readonly got: string
}

/** What a schema found wrong in a bench. */
export function benchIssues(schema: z.ZodType, error: z.ZodError, content: unknown): readonly BenchIssue[] {
  return error.issues.flatMap((issue) => issuesOf(schema, issue, content))
}

/** An issue of a value that stands at `place`; its own path goes on from there. */
function issuesOf(
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
  content: unknown,
  place: readonly (string | number)[] = [],
): readonly BenchIssue[] {
  const path = [...place, ...issue.path.map((part) => (typeof part === 'symbol' ? part.toString() : part))]
  const value = valueAt(content, path)
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(schema, content, path)
      return issue.keys.map((key) => ({
        path: [...path, key],
        expected: known.includes(key)
          ? 'keys of one form, and this one goes with another'
          : `a known key${nearestWord(key, known)}`,
        got: `'${shownKey(key)}'`,
      }))
    }
    case 'invalid_type':
      return [{ path, expected: kindOf(issue), got: quoted(value, path, true) }]
    case 'invalid_value':
      return [{ path, expected: oneOf(issue.values.map(String), value), got: quoted(value, path) }]
    case 'invalid_union': {
      const words = discriminatorValues(issue)
      if (words !== undefined) return [{ path, expected: oneOf(words, value), got: quoted(value, path) }]
      // A union that says itself what it expects is taken at its word.
      if (issue.message !== 'Invalid input') return [said(issue.message, path, value)]
      return inNearestForm(schema, issue, content, path)
    }
    case 'too_small':
      return [
        {
          path,
          expected: bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum),
          got: amount(issue.origin, value, path),
        },
      ]
    case 'too_big':
      return [{ path, expected: bound(issue.origin, 'at most', issue.maximum), got: amount(issue.origin, value, path) }]
    default:
      return [said(issue.message, path, value)]
  }
}

/** What is wrong with the form of a union that was most likely meant: the one with the least to mend. */
function inNearestForm(
  schema: z.ZodType,
  { errors }: z.core.$ZodIssueInvalidUnion,
  content: unknown,
  path: readonly (string | number)[],
): readonly BenchIssue[] {
  const [nearest] = errors.filter((issues) => !issues.some(isOfWrongType)).sort((a, b) => mistakesIn(a) - mistakesIn(b))
  if (nearest) return nearest.flatMap((issue) => issuesOf(schema, issue, content, path))
  const kinds = new Set(errors.flat().flatMap((issue) => (isOfWrongType(issue) ? [kindOf(issue)] : [])))
  return [{ path, expected: [...kinds].join(' or '), got: quoted(valueAt(content, path), path, true) }]
}

/** Whether the value itself, rather than something in it, is of another type. */
function isOfWrongType(issue: z.core.$ZodIssue): issue is z.core.$ZodIssueInvalidType {
  return issue.code === 'invalid_type' && issue.path.length === 0
}

function mistakesIn(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0)
}

/** What a discriminator may be, where it matched nothing; zod tells it beside what its types say. */
function discriminatorValues(issue: object): readonly string[] | undefined {
  return 'discriminator' in issue && 'options' in issue && Array.isArray(issue.options)
    ? issue.options.map(String)
    : undefined
}

const EXPECTED: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

function kindOf({ expected }: z.core.$ZodIssueInvalidType): string {
  return EXPECTED[expected] ?? expected
}

/** A message that says `expected …, got …` by itself; where it leaves out what came, that is added. */
function said(message: string, path: readonly (string | number)[], value: unknown): BenchIssue {
  const parts = /^(?:[\w ]+: )?expected (.*?)(?:, got (.*))?$/s.exec(message)
  if (!parts) return { path, expected: message, got: quoted(value, path) }
  return { path, expected: parts[1] ?? '', got: parts[2] ?? quoted(value, path) }
}

function oneOf(words: readonly string[], value: unknown): string {
  if (typeof value === 'string' && words.length > 8) return `a known word${nearestWord(value, words)}`
  const near = typeof value === 'string' ? nearestWord(value, words).match(/; did you mean .*/)?.[0] : undefined
  return `${words.length === 1 ? '' : 'one of '}${words.join(', ')}${near ?? ''}`
}

function bound(origin: string, least: string, limit: number | bigint): string {
  if (origin === 'array') return `a list of ${least} ${limit}`
  if (origin === 'string') return `a text of ${least} ${limit} characters`
  return `${least} ${limit}`
}

function amount(origin: string, value: unknown, path: readonly (string | number)[]): string {
  if (origin === 'array' && Array.isArray(value)) return `one of ${value.length}`
  if (origin === 'string' && typeof value === 'string') return `one of ${value.length}`
  return quoted(value, path)
}

/** Fields that hold secrets, or addresses that people put secrets into. */
const SECRET = /pass|secret|community|user|url|broker|env|token/i

/** Longest value that is quoted. */
const QUOTED_LONGEST = 60

/** A value as it may be told. A text where something else was expected may be anything, a password too. */
function quoted(value: unknown, path: readonly (string | number)[], isOtherKind = false): string {
  if (value === undefined || value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  const isSecret = path.some((part) => SECRET.test(String(part)))
  if (typeof value === 'string') {
    if (isSecret) return 'another text'
    if (isOtherKind) return 'a text'
    return JSON.stringify(value.length > QUOTED_LONGEST ? `${value.slice(0, QUOTED_LONGEST)}…` : value)
  }
  if (typeof value === 'boolean') return String(value)
  return isSecret || typeof value !== 'number' ? 'a number' : String(value)
}

/** A key as it may be told: `password:secret`, where a blank was forgotten, holds more than a name. */
export function shownKey(key: string | number): string {
  return /^[\w-]+$/.test(String(key)) ? String(key) : '…'
}

function valueAt(content: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[key] : undefined),
    content,
  )
}

/** The keys that a schema knows at a path of a content, in any of its forms; none where it is no object. */
function keysAt(schema: unknown, content: unknown, path: readonly (string | number)[]): readonly string[] {
  const [head, ...rest] = path
  const keys = formsOf(schema, content).flatMap((form) => {
    if (head === undefined) return form instanceof z.ZodObject ? Object.keys(form.shape) : []
    const next = valueAt(content, [head])
    if (form instanceof z.ZodObject)
      return keysAt((form.shape as Readonly<Record<string, unknown>>)[String(head)], next, rest)
    return form instanceof z.ZodArray ? keysAt(form.element, next, rest) : []
  })
  return [...new Set(keys)]
}

/** A schema without its wrappers; of a union each form, of one with a discriminator the one that the content chose. */
function formsOf(schema: unknown, content: unknown): readonly unknown[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodNullable
  )
    return formsOf(schema.unwrap(), content)
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = schema.def
    const chosen = valueAt(content, [discriminator])
    return schema.options.filter(
      (option) =>
        option instanceof z.ZodObject &&
        (option.shape as Readonly<Record<string, z.ZodType>>)[discriminator]?.safeParse(chosen).success === true,
    )
  }
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((form) => formsOf(form, content))
  return [schema]
}

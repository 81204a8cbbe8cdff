import { OutletFault } from '../outlet-fault.js'

/** A pattern is tried on so much of an answer, characters. */
const MAX_PATTERN_TEXT = 8192

/** Where in an answer its reading stands. */
export interface ReadingPlace {
  readonly pointer?: string | undefined
  readonly pattern?: string | undefined
}

/**
 * Find the reading in an answer: the value at a JSON pointer, or what a pattern finds, which is its first group where it has one.
 *
 * @throws OutletFault `answer` when there is none
 */
export function findReading(text: string, { pointer, pattern }: ReadingPlace): string {
  const reading = pointer === undefined ? findPattern(text, pattern ?? '') : findPointer(text, pointer)
  if (reading !== undefined) return reading
  throw new OutletFault('answer', `expected a state at ${pointer ?? `/${pattern}/`}, got '${text.slice(0, 80)}'`)
}

function findPattern(text: string, pattern: string): string | undefined {
  const match = new RegExp(pattern, 'u').exec(text.slice(0, MAX_PATTERN_TEXT))
  return match ? (match[1] ?? match[0]) : undefined
}

/** RFC 6901, of values that are no objects. */
function findPointer(text: string, pointer: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  for (const part of pointer.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key]
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined
}

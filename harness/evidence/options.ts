import { closest } from 'fastest-levenshtein'
import { UsageError } from 'viewnet/device'
import type { z } from 'zod'

/**
 * Parse a constructor's options once, at the door.
 *
 * @param owner - the class or function whose options they are, for the error
 * @throws UsageError `ERR_VIEWNET_OPTION` naming the option, what was expected, and for an unknown one the nearest right name
 */
export function parseOptions<Shape extends z.ZodRawShape>(
  owner: string,
  schema: z.ZodObject<Shape>,
  options: object,
): z.output<z.ZodObject<Shape>> {
  const result = schema.safeParse(options)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  if (issue?.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    const nearest = closest(key, Object.keys(schema.shape))
    throw new UsageError('ERR_VIEWNET_OPTION', `${owner}: unknown option '${key}'; did you mean '${nearest}'?`)
  }
  throw new UsageError(
    'ERR_VIEWNET_OPTION',
    `${owner}: option '${issue?.path.join('.') ?? ''}': ${issue?.message ?? 'unusable'}`,
  )
}

import { z } from 'zod'

/** A JSON Schema, draft 7: the one that AsyncAPI takes. */
export type JsonSchema = Readonly<Record<string, unknown>>

/**
 * Describe what a schema takes.
 *
 * @returns its JSON Schema, without the `$schema` keyword, to be put into another document
 */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  // Columns are checked by code of their own, and bring their description with them.
  const { $schema: _, ...description } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
  })
  return description
}

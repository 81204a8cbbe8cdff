import { z } from 'zod'

/** A regular expression as text, compiled with the `u` flag. */
export const patternSchema = z
  .string()
  .min(1)
  .max(256)
  .check((context) => {
    try {
      RegExp(context.value, 'u')
    } catch (error) {
      const message = `expected a regular expression: ${error instanceof Error ? error.message : String(error)}`
      context.issues.push({ code: 'custom', message, input: context.value })
    }
  })

import { z } from 'zod'

/** A string that a parser takes; what the parser says becomes the issue's message. */
export const parsedBy = (parse: (text: string) => unknown): z.ZodString =>
  z.string().check((context) => {
    try {
      parse(context.value)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      context.issues.push({ code: 'custom', message, input: context.value })
    }
  })

import type { BenchIssue } from './bench-issues.js'
import type { BenchDescription } from './bench-schema.js'
import { literalPasswords } from './literal-passwords.js'

/**
 * What does not make a bench wrong, but would end a run, or tells everybody too much: environment variables that it names and nobody has set,
 * and passwords that stand in it.
 */
export function benchWarnings(bench: BenchDescription, environment: NodeJS.ProcessEnv): readonly BenchIssue[] {
  const unset = variablesOf(bench, [])
    .filter(({ name }) => environment[name] === undefined)
    .map(({ path, name }) => ({ path, expected: `the environment variable ${name} to be set`, got: 'it unset' }))
  const literal = literalPasswords(bench).map(({ path, owner, remedy }) => {
    return { path, expected: remedy, got: `the password of ${owner}, for everybody to read` }
  })
  return [...unset, ...literal]
}

interface Variable {
  readonly path: readonly (string | number)[]
  readonly name: string
}

/** Every `{ env: NAME }` of a bench. */
function variablesOf(value: unknown, path: readonly (string | number)[]): readonly Variable[] {
  if (typeof value !== 'object' || value === null) return []
  if ('env' in value && typeof value.env === 'string') return [{ path: [...path, 'env'], name: value.env }]
  return Object.entries(value).flatMap(([key, inner]) =>
    variablesOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  )
}

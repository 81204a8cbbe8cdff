import { UsageError } from 'viewnet/device'

/** A value in which every `{ env: NAME }` has become the text of the variable. */
export type Resolved<T> = T extends { env: string }
  ? string
  : T extends readonly (infer E)[]
    ? readonly Resolved<E>[]
    : T extends object
      ? { [K in keyof T]: Resolved<T[K]> }
      : T

/**
 * Fill in what a bench file leaves to the environment.
 *
 * @param owner - whose secrets these are, for the error
 * @throws UsageError `ERR_VIEWNET_CREDENTIALS` when a variable is not set
 */
export function resolvedSecrets<T>(value: T, owner: string, environment: NodeJS.ProcessEnv = process.env): Resolved<T> {
  return resolve(value, owner, environment) as Resolved<T>
}

function resolve(value: unknown, owner: string, environment: NodeJS.ProcessEnv): unknown {
  if (Array.isArray(value)) return value.map((each) => resolve(each, owner, environment))
  if (typeof value !== 'object' || value === null) return value
  if ('env' in value && typeof value.env === 'string') {
    const found = environment[value.env]
    if (found !== undefined) return found
    const message = `${owner}: environment variable ${value.env} is not set; it holds a secret`
    throw new UsageError('ERR_VIEWNET_CREDENTIALS', message)
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(inner, owner, environment)]))
}

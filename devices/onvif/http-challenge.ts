/** One way of authentication that a server offers. */
export interface Challenge {
  /** In lower case: `digest`, `basic`. */
  readonly scheme: string
  /** By name in lower case; the value without quotes and escapes. */
  readonly parameters: ReadonlyMap<string, string>
}

/** A server that offers more than a handful is no honest one. */
const MAX_CHALLENGES = 16

/** RFC 9110, section 5.6: a token, a parameter with a token or a quoted string. */
const TOKEN = /[!#$%&'*+.^_`|~\w-]+/y
const PARAMETER = /([!#$%&'*+.^_`|~\w-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/y
const SEPARATOR = /[ \t,]*/y

/**
 * Read WWW-Authenticate headers. One header may hold several challenges, and commas stand between challenges, between parameters and within quotes.
 *
 * What cannot be read is passed over: another challenge may do.
 *
 * @param values - of each header
 * @see RFC 9110, section 11.6.1
 */
export function readChallenges(values: readonly string[]): readonly Challenge[] {
  return values.flatMap((value) => [...challengesOf(value)]).slice(0, MAX_CHALLENGES)
}

function* challengesOf(value: string): Generator<Challenge> {
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(value)
    if (match) at = pattern.lastIndex
    return match
  }
  while (at < value.length) {
    take(SEPARATOR)
    const scheme = take(TOKEN)?.[0]
    if (scheme === undefined) return
    const parameters = new Map<string, string>()
    for (;;) {
      take(SEPARATOR)
      const parameter = take(PARAMETER)
      if (!parameter) break
      const [, name = '', quoted, plain = ''] = parameter
      // The first of two counts, so that nothing behind can override it.
      if (!parameters.has(name.toLowerCase())) {
        parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain)
      }
    }
    yield { scheme: scheme.toLowerCase(), parameters }
  }
}

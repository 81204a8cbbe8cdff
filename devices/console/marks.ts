import type { ParsedConsoleOptions } from './options.js'
import type { ConsoleMark } from './serial-console.js'

/** Characters of a line that patterns see: a pattern that backtracks must not hold up the console. */
const MAX_TESTED_LENGTH = 512

/** Says what lines tell, by patterns; panic outranks ready, which outranks boot. */
export class MarkFinder {
  readonly #patterns: readonly (readonly [ConsoleMark, RegExp])[]

  constructor(marks: ParsedConsoleOptions['marks']) {
    this.#patterns = (['panic', 'ready', 'boot'] as const).flatMap((mark) =>
      marks[mark].map((pattern) => [mark, new RegExp(pattern, 'u')] as const),
    )
  }

  find(text: string): ConsoleMark | undefined {
    const tested = text.slice(0, MAX_TESTED_LENGTH)
    return this.#patterns.find(([, pattern]) => pattern.test(tested))?.[0]
  }
}

import { isNode, LineCounter, parseDocument, visit, type Document, type Node, type YAMLError } from 'yaml'

/** What aliases may blow a file up to: a bench that names one password for each of a hundred devices. */
const ALIASES_MOST = 100

/** How many errors of syntax are told: the first one or two explain the rest. */
const SYNTAX_ERRORS_MOST = 10

/** A place in a text, both from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** What makes a text no YAML, with its place. */
interface SyntaxIssue extends Place {
  readonly path: ''
  readonly expected: string
  readonly got: string
}

/** Messages of the parser that would quote the text, where a password may stand, or name its own functions. */
const QUOTING: Readonly<Record<string, string>> = {
  TAG_RESOLVE_FAILED: 'a tag that nobody knows; a value that begins with ! needs quotes',
  BAD_DQ_ESCAPE: 'an escape that there is not; write \\ as \\\\ or use single quotes',
  MULTIPLE_DOCS: 'multiple documents; a bench file holds one',
  BAD_ALIAS: 'an alias that cannot be one; a value that begins with * needs quotes',
}

/** A text of YAML, and where in it things stand. */
export class YamlDocument {
  /** What makes it no YAML; without any, {@link content} is what it says. */
  readonly errors: readonly SyntaxIssue[]
  readonly content: unknown
  readonly #lines = new LineCounter()
  readonly #document: Document

  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, uniqueKeys: true })
    const broken = [...this.#document.errors, ...this.#document.warnings]
    const errors = broken.slice(0, SYNTAX_ERRORS_MOST).map((error) => this.#syntaxIssue(error))
    if (errors.length === 0) {
      try {
        this.content = this.#document.toJS({ maxAliasCount: ALIASES_MOST })
      } catch {
        // Not in the parser's words: they quote the alias, and a password that begins with * looks like one.
        errors.push({
          ...this.#positionOf(firstAlias(this.#document)),
          path: '',
          expected: `aliases of anchors that stand before them, ${ALIASES_MOST} at most`,
          got: 'others; a value that begins with * needs quotes',
        })
      }
    }
    this.errors = errors
  }

  /** The place of the innermost node on a path that is there; of an unknown key, of its value. */
  placeOf(keys: readonly (string | number)[]): Place {
    for (let depth = keys.length; depth > 0; depth--) {
      const node = this.#document.getIn(keys.slice(0, depth), true)
      if (isNode(node)) return this.#positionOf(node)
    }
    return this.#positionOf(this.#document.contents)
  }

  #syntaxIssue(error: YAMLError): SyntaxIssue {
    const { line, col } = this.#lines.linePos(error.pos[0])
    // The rest of the message quotes the lines around.
    const got = QUOTING[error.code] ?? error.message.split('\n')[0]?.replace(/ at line \d+.*$/, '') ?? 'something else'
    return { line, column: col, path: '', expected: 'well-formed YAML', got }
  }

  #positionOf(node: unknown): Place {
    if (!isNode(node) || !node.range) return { line: 1, column: 1 }
    const { line, col } = this.#lines.linePos(node.range[0])
    return { line, column: col }
  }
}

function firstAlias(document: Document): Node | undefined {
  let first: Node | undefined
  visit(document, {
    Alias(_key, alias) {
      first = alias
      return visit.BREAK
    },
  })
  return first
}

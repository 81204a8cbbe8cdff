import { SaxesParser } from 'saxes'

/** One element of a page. */
export interface PageElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
}

/** A page as a strict reader sees it. */
export interface ReadPage {
  readonly elements: readonly PageElement[]
  /** What people see, style left out. */
  readonly text: string
}

/**
 * Read a page, strictly: every element is closed, every attribute quoted, every `<` and `&` escaped, or this throws. HTML allows three things that
 * XML does not, and which pages hold: attributes without a value, `]]>` in text, and the short doctype.
 */
export function readPage(html: string): ReadPage {
  const elements: PageElement[] = []
  let text = ''
  let styles = 0
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    elements.push({ name, attributes })
    if (name === 'style') styles++
  })
  parser.on('closetag', ({ name }) => {
    if (name === 'style') styles--
    else text += ' '
  })
  parser.on('text', (piece) => {
    if (styles === 0) text += piece
  })
  parser.write(html.replaceAll('<details open>', '<details open="">').replaceAll(']]>', ']]&gt;')).close()
  return { elements, text: text.replace(/\s+/g, ' ') }
}

/** Everything in a page that a browser would fetch or run. */
export function reachesOut({ elements }: ReadPage): readonly string[] {
  const running = elements
    .filter(({ name }) => ['script', 'iframe', 'object', 'embed', 'link', 'base', 'form'].includes(name))
    .map(({ name }) => name)
  const named = elements.flatMap(({ name, attributes }) =>
    Object.entries(attributes)
      .filter(
        ([key, value]) =>
          key.startsWith('on') ||
          (['src', 'srcset', 'href', 'xlink:href', 'action', 'poster', 'data'].includes(key) &&
            /^\s*([a-z][a-z\d+.-]*:|\/)/i.test(value)) ||
          (key === 'style' && /url\(|@import/i.test(value)),
      )
      .map(([key, value]) => `${name} ${key}="${value}"`),
  )
  return [...running, ...named]
}

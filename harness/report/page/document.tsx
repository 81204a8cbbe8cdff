import type { ComponentChildren, JSX } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { plainText } from '../plain-text.js'
import { STYLE } from './style.js'

/** Nothing is fetched and nothing runs, whatever a device calls itself: a page is one file of text, styles and drawings. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/** A whole page as HTML: it asks for nothing, so it looks the same on a machine without a network. */
export function htmlDocument(title: string, body: ComponentChildren): string {
  const page: JSX.Element = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>{body}</body>
    </html>
  )
  return `<!DOCTYPE html>\n${renderToString(page)}\n`
}

/** A record with every text in it on one line and without control characters, whoever wrote it: pages render nothing else. */
export function plainRecord<T>(value: T): T {
  const plain = (part: unknown): unknown => {
    if (typeof part === 'string') return plainText(part)
    if (Array.isArray(part)) return part.map(plain)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([key, entry]) => [plainText(key), plain(entry)]))
  }
  return plain(value) as T
}

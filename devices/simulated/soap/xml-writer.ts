/** A piece of XML that needs no escaping any more. */
export class Xml {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may stand between the tags of a template; `undefined` writes nothing. */
export type XmlValue = Xml | string | number | boolean | readonly Xml[] | undefined

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** The fixed parts of each template without the line breaks and indentation of our source code, worked out once. */
const trimmedParts = new WeakMap<TemplateStringsArray, readonly string[]>()

/**
 * Write XML as it looks; values are escaped unless they are XML already. Line breaks in the template must stand between tags, never inside one.
 *
 * @example
 * xml`<tt:Name>${'Fish & chips'}</tt:Name>`.text // <tt:Name>Fish &amp; chips</tt:Name>
 */
export function xml(template: TemplateStringsArray, ...values: readonly XmlValue[]): Xml {
  let parts = trimmedParts.get(template)
  if (parts === undefined) {
    parts = template.map((part) => part.replaceAll(/\s*\n\s*/g, ''))
    trimmedParts.set(template, parts)
  }
  let text = parts[0]!
  for (const [index, value] of values.entries()) text += write(value) + parts[index + 1]!
  return new Xml(text)
}

function write(value: XmlValue): string {
  if (value === undefined) return ''
  if (value instanceof Xml) return value.text
  if (typeof value === 'object') return value.map((each) => each.text).join('')
  return String(value).replaceAll(/[&<>"']/g, (character) => ESCAPES[character]!)
}

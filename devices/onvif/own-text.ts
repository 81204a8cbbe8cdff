/** Part of a text keeps all of it in memory, here a piece of a reply for a token: so what is to stay is copied. */
export function ownText(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}

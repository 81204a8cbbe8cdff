/**
 * Text of a device or an error, which may hold anything, as one line that no terminal obeys and every format can carry: line ends, blanks and
 * control characters become one blank, and half a surrogate pair the replacement character.
 */
export function plainText(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').replace(/\p{Surrogate}/gu, '\uFFFD')
}

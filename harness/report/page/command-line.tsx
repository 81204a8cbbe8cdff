import type { JSX } from 'preact'

/** A command as a shell takes it: a line of it ends between words, never within an option. */
export function CommandLine({ line }: { readonly line: string }): JSX.Element {
  return (
    <code class="command">
      {line.split(' ').map((word, at) => (
        <>
          {at > 0 && ' '}
          <span>{word}</span>
        </>
      ))}
    </code>
  )
}

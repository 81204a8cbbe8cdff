import type { ComponentChildren, JSX } from 'preact'
import type { RunVerdict } from '../run-record.js'
import { Tone } from './outcome-mark.js'

interface MastheadProps {
  /** What kind of page this is. */
  readonly kind: string
  readonly title: string
  readonly verdict: RunVerdict
  /** What the verdict means, in a sentence. */
  readonly means: string
  /** Why the verdict is not `pass`; empty otherwise. */
  readonly why: string
  /** Name and value; those whose value is empty are left out. */
  readonly facts: readonly (readonly [name: string, value: ComponentChildren])[]
  readonly children?: ComponentChildren
}

/** The head of a page: the verdict first, then what it is about. */
export function Masthead({ kind, title, verdict, means, why, facts, children }: MastheadProps): JSX.Element {
  return (
    <header class={`masthead ${Tone[verdict]}`}>
      <p class="kind">{kind}</p>
      <div class="verdict">
        <strong>{verdict}</strong>
        <span>{means}</span>
      </div>
      <h1>
        <bdi>{title}</bdi>
      </h1>
      {why !== '' && <p class="why">{why}</p>}
      {children}
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div>
              <dt>{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
      </dl>
    </header>
  )
}

/** What a device's scopes say of it; empty where they say nothing. */
export interface ScopeFacts {
  readonly name: string
  /** Mostly the model. */
  readonly hardware: string
  /** Several are joined by `, `, and steps within one by `/`: `country/china, city/hangzhou`. */
  readonly location: string
  /** Such as `G` and `Streaming`, sorted. */
  readonly profiles: readonly string[]
}

const ONVIF_SCOPE = /^onvif:\/\/www\.onvif\.org\/([^/]+)\/(.+)$/i

/**
 * Read what ONVIF's own scopes say. Others, and any that say nothing, are passed over.
 *
 * @param scopes - URIs, with blanks and the like escaped by %
 * @see ONVIF Core specification, Device discovery, Scopes
 */
export function readScopes(scopes: readonly string[]): ScopeFacts {
  const told = new Map<string, Set<string>>()
  for (const scope of scopes) {
    const match = ONVIF_SCOPE.exec(scope)
    if (!match) continue
    const category = match[1]!.toLowerCase()
    const values = told.get(category) ?? new Set()
    told.set(category, values.add(unescape(match[2]!.replace(/\/+$/, ''))))
  }
  const all = (category: string): readonly string[] => [...(told.get(category) ?? [])]
  return {
    name: all('name').join(', '),
    hardware: all('hardware').join(', '),
    location: all('location').join(', '),
    profiles: all('profile').toSorted(),
  }
}

/** As sent where it is not properly escaped, or hides control characters, which would reach a terminal. */
function unescape(text: string): string {
  try {
    const plain = decodeURIComponent(text)
    return /\p{Cc}/u.test(plain) ? text : plain
  } catch {
    return text
  }
}

import type { ResourceMessage } from './message.js'
import type { StoredResource } from './resource-store.js'

/** The latest moment that a `Date` can hold; no recording begins or ends after it. */
const LATEST_DATE_MS = 8_640_000_000_000_000n

/** The fields in which two contents of one sequence can differ. */
const CONTENT_FIELDS = ['startMs', 'endMs', 'channel', 'kinds', 'sizeBytes', 'key'] as const

/**
 * Say what is wrong with a RESOURCE by itself and beside the one that came before it.
 *
 * @param count - as announced
 * @param stored - the same sequence as it came first, if it did
 * @returns a sentence, or undefined where nothing is wrong
 */
export function resourceContradiction(
  message: ResourceMessage,
  count: number,
  stored: StoredResource | undefined,
): string | undefined {
  const { sequence, startMs, endMs } = message
  if (sequence === 0 || sequence > count) {
    return `a RESOURCE has sequence ${sequence}; with a count of ${count} sequences are ${count === 0 ? 'none' : `1–${count}`}`
  }
  if (stored) {
    const field = CONTENT_FIELDS.find((name) => message[name] !== stored[name])
    return field && `sequence ${sequence} has two contents: ${field} is ${message[field]}, and was ${stored[field]}`
  }
  if (startMs > LATEST_DATE_MS || endMs > LATEST_DATE_MS) {
    return `sequence ${sequence} lasts from ${startMs} to ${endMs} ms, which no calendar holds`
  }
  if (endMs !== 0n && endMs < startMs)
    return `sequence ${sequence} ends at ${endMs} ms, before it starts at ${startMs} ms`
  return undefined
}

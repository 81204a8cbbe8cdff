import { UsageError } from 'viewnet/device'

/** Longest topic level that we use, in UTF-8 octets. MQTT allows 65,535 for a whole topic; brokers' own limits are lower. */
const MAX_LEVEL_OCTETS = 128

/** What publishes, by place. */
export interface Station {
  readonly site: string
  readonly station: string
}

/**
 * Check a name that becomes one level of an MQTT topic.
 *
 * @param what - what the name is, for the error: `site`, `flow` …
 * @returns the name
 * @throws UsageError `ERR_VIEWNET_TOPIC` when it is empty, longer than 128 octets, or holds `+`, `#`, `/`, a control character or half a
 * surrogate pair (MQTT 3.1.1, 1.5.3 and 4.7)
 */
export function topicLevel(what: string, name: string): string {
  const octets = Buffer.byteLength(name)
  if (octets === 0 || octets > MAX_LEVEL_OCTETS || /[+#/\p{Cc}\p{Surrogate}]/u.test(name)) {
    throw new UsageError(
      'ERR_VIEWNET_TOPIC',
      `${what}: expected 1–${MAX_LEVEL_OCTETS} octets without + # / or control characters, got ${JSON.stringify(name.slice(0, 64))}`,
    )
  }
  return name
}

/** The topic of a station's status. */
export function statusTopic({ site, station }: Station): string {
  return `viewnet/v1/${topicLevel('site', site)}/${topicLevel('station', station)}/status`
}

/** The topic beneath which everything of one run is published. */
export function runTopic({ site, station }: Station, run: string): string {
  return `viewnet/v1/${topicLevel('site', site)}/${topicLevel('station', station)}/run/${topicLevel('run', run)}`
}

/** One medium of a stream. */
export interface StreamMedia {
  /** `video`, `audio`, `application`. */
  readonly kind: string
  /** As the server writes it: `H264/90000`; empty where it does not tell. */
  readonly encoding: string
}

/** A stream of a recorder has a handful. */
const MAX_MEDIA = 64

/**
 * Read the media of a session description. What else there is in it is passed over: nobody plays the stream.
 *
 * @see RFC 4566, sections 5.14 and 6
 */
export function readMedia(description: string): readonly StreamMedia[] {
  const media: { kind: string; format: string; encoding: string }[] = []
  for (const line of description.split(/\r?\n/)) {
    const [, kind, format] = /^m=(\w+) \d+(?:\/\d+)? \S+ (\S+)/.exec(line) ?? []
    if (kind !== undefined && format !== undefined && media.length < MAX_MEDIA)
      media.push({ kind, format, encoding: '' })
    const [, mapped, encoding] = /^a=rtpmap:(\d+) (\S+)/.exec(line) ?? []
    const latest = media.at(-1)
    if (encoding !== undefined && latest?.format === mapped && latest) latest.encoding = encoding.slice(0, 64)
  }
  return media.map(({ kind, encoding }) => ({ kind, encoding }))
}

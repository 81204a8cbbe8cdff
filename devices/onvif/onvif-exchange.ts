/**
 * One question and what came back, as they were on the wire.
 *
 * Holds secrets: the request has the user's name and a digest of the password, and so may the reply. Whoever keeps one has to take them out first.
 */
export interface OnvifExchange {
  /** Such as `FindRecordings`. */
  readonly operation: string
  /** The address that was asked. */
  readonly url: string
  /** The SOAP message that was sent. */
  readonly requestXml: string
  /** The HTTP header Authorization that was sent; `undefined`: none. */
  readonly authorization: string | undefined
  /** HTTP's; `undefined` when no answer began. */
  readonly status: number | undefined
  /** HTTP's, names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** As much of the reply as was read: all of it when there is no error. */
  readonly responseOctets: Uint8Array
  readonly durationMs: number
  /** Why the exchange was of no use; `undefined` when it was. */
  readonly error: unknown
}

import { ViewnetError } from 'viewnet/device'

/** What may be wrong with evidence that is read back. */
export const EvidenceErrorCode = {
  /** Not JSON, or not of the shape that the format asks for. */
  format: 'ERR_VIEWNET_EVIDENCE_FORMAT',
  /** Longer than a reader takes. */
  size: 'ERR_VIEWNET_EVIDENCE_SIZE',
  /** Of another run, flow or station than the place where it was found says. */
  foreign: 'ERR_VIEWNET_EVIDENCE_FOREIGN',
} as const
export type EvidenceErrorCode = (typeof EvidenceErrorCode)[keyof typeof EvidenceErrorCode]

/** Published evidence is not what a bench publishes; nothing may be concluded from it. */
export class EvidenceError extends ViewnetError {
  declare readonly code: EvidenceErrorCode
  /** Where it was found: an MQTT topic, or `FILE:LINE`. */
  readonly where: string

  constructor(code: EvidenceErrorCode, where: string, message: string, options?: ErrorOptions) {
    super(code, `${where}: ${message}`, options)
    this.where = where
  }
}

/** A request that is answered with a SOAP 1.2 fault. */
export class SoapFault extends Error {
  /** Code first, then subcodes, each inside the one before: `['env:Sender', 'ter:InvalidArgVal', 'ter:InvalidToken']`. */
  readonly codes: readonly [FaultCode, ...string[]]

  constructor(codes: readonly [FaultCode, ...string[]], reason: string) {
    super(reason)
    this.name = 'SoapFault'
    this.codes = codes
  }

  /** The HTTP status that the SOAP 1.2 HTTP binding gives to the code: the sender's faults are 400, all others 500. */
  get httpStatus(): 400 | 500 {
    return this.codes[0] === 'env:Sender' ? 400 : 500
  }
}
export type FaultCode = 'env:Sender' | 'env:Receiver' | 'env:VersionMismatch' | 'env:MustUnderstand'

/** The request is no SOAP message. */
export function malformed(reason: string): SoapFault {
  return new SoapFault(['env:Sender', 'ter:WellFormed'], reason)
}

/** An argument is missing, misplaced or unknown. */
export function invalidArguments(reason: string): SoapFault {
  return new SoapFault(['env:Sender', 'ter:InvalidArgs'], reason)
}

/** An argument has a value that it cannot have; `subcode` says which kind, in ONVIF's words, where ONVIF has any. */
export function invalidValue(reason: string, subcode?: string): SoapFault {
  const codes = ['env:Sender', 'ter:InvalidArgVal'] as const
  return new SoapFault(subcode === undefined ? codes : [...codes, subcode], reason)
}

/** A filter is not understood or not supported. */
export function invalidFilter(reason: string): SoapFault {
  return invalidValue(reason, 'ter:InvalidFilterFault')
}

/** The device has no such operation. */
export function actionNotSupported(reason: string, subcode?: string): SoapFault {
  const codes = ['env:Receiver', 'ter:ActionNotSupported'] as const
  return new SoapFault(subcode === undefined ? codes : [...codes, subcode], reason)
}

/** The device has none of something left. */
export function resourceProblem(reason: string): SoapFault {
  return new SoapFault(['env:Receiver', 'ter:Action', 'ter:ResourceProblem'], reason)
}

/** The credentials are wrong or missing. One text for every cause, so that nobody learns which. */
export function notAuthorized(): SoapFault {
  return new SoapFault(['env:Sender', 'ter:NotAuthorized'], 'Sender not authorized')
}

/** What a device may write in a ProbeMatch; what is left out is left out there too. */
export interface Told {
  readonly reference?: string
  readonly types?: string
  readonly scopes?: string
  readonly xaddrs?: string
}

const ADDRESSING = 'http://schemas.xmlsoap.org/ws/2004/08/addressing'
const DISCOVERY = 'http://schemas.xmlsoap.org/ws/2005/04/discovery'

/** A ProbeMatch as devices write it, with prefixes that differ from the driver's own on purpose. */
export function probeMatch({ reference, types, scopes, xaddrs }: Told): string {
  const element = (name: string, text: string | undefined) =>
    text === undefined ? '' : `<wsd:${name}>${text}</wsd:${name}>`
  const endpoint =
    reference === undefined
      ? ''
      : `<wsadis:EndpointReference><wsadis:Address>${reference}</wsadis:Address></wsadis:EndpointReference>`
  return `<wsd:ProbeMatch>${endpoint}${element('Types', types)}${element('Scopes', scopes)}${element('XAddrs', xaddrs)}<wsd:MetadataVersion>10</wsd:MetadataVersion></wsd:ProbeMatch>`
}

/** A whole ProbeMatches message. */
export function probeReply(...matches: readonly string[]): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsadis="${ADDRESSING}"` +
    ` xmlns:wsd="${DISCOVERY}"><SOAP-ENV:Header><wsadis:Action>${DISCOVERY}/ProbeMatches</wsadis:Action></SOAP-ENV:Header>` +
    `<SOAP-ENV:Body><wsd:ProbeMatches>${matches.join('')}</wsd:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>`
  )
}

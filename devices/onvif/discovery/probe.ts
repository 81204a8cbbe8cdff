/** What kinds of device a probe asks for, by the local name of their WS-Discovery type. */
export const PROBE_TYPES = ['NetworkVideoTransmitter', 'Device'] as const
export type ProbeType = (typeof PROBE_TYPES)[number]

/** The namespaces of a WS-Discovery message of April 2005, which ONVIF prescribes. */
export const DiscoveryNamespace = {
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  addressing: 'http://schemas.xmlsoap.org/ws/2004/08/addressing',
  discovery: 'http://schemas.xmlsoap.org/ws/2005/04/discovery',
} as const

/**
 * The older type is of ONVIF's network namespace and means everything that has video, recorders included; the newer one is of the device service
 * and means every ONVIF device. Devices answer either or both (ONVIF Core specification, Device discovery, Types).
 */
const TYPE_NAMESPACES: Readonly<Record<ProbeType, string>> = {
  NetworkVideoTransmitter: 'http://www.onvif.org/ver10/network/wsdl',
  Device: 'http://www.onvif.org/ver10/device/wsdl',
}

/**
 * Write a WS-Discovery Probe.
 *
 * @param messageId - `urn:uuid:…`; the same in every repetition, so that a device answers once
 * @see WS-Discovery (April 2005), section 5.2
 */
export function writeProbe(type: ProbeType, messageId: string): string {
  const { soap, addressing, discovery } = DiscoveryNamespace
  return (
    `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="${soap}" xmlns:a="${addressing}" xmlns:d="${discovery}">` +
    `<s:Header><a:Action s:mustUnderstand="1">${discovery}/Probe</a:Action><a:MessageID>${messageId}</a:MessageID>` +
    `<a:ReplyTo><a:Address>${addressing}/role/anonymous</a:Address></a:ReplyTo>` +
    `<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>` +
    `<s:Body><d:Probe><d:Types xmlns:p="${TYPE_NAMESPACES[type]}">p:${type}</d:Types></d:Probe></s:Body></s:Envelope>`
  )
}

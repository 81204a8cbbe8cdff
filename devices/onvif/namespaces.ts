/** The XML namespaces of what we ask and read. Documents are compared by these, never by prefix: every device picks prefixes of its own. */
export const Namespace = {
  /** SOAP 1.2, which ONVIF prescribes. */
  soap: 'http://www.w3.org/2003/05/soap-envelope',
  /** SOAP 1.1: no device should answer in it, but web servers in front of one do so with their faults. */
  soap11: 'http://schemas.xmlsoap.org/soap/envelope/',
  device: 'http://www.onvif.org/ver10/device/wsdl',
  search: 'http://www.onvif.org/ver10/search/wsdl',
  replay: 'http://www.onvif.org/ver10/replay/wsdl',
  schema: 'http://www.onvif.org/ver10/schema',
  notification: 'http://docs.oasis-open.org/wsn/b-2',
  topics: 'http://www.onvif.org/ver10/topics',
  security: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd',
  securityUtility: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
} as const

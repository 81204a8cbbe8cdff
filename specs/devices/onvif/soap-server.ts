import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * How a {@link SoapServer} answers: with a SOAP message, or by doing with the response whatever a device may do; what that returns is sent as a
 * message.
 */
export type Answer = string | ((response: ServerResponse, message: string) => string | undefined | void)

const NAMESPACES =
  'xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:d="http://www.onvif.org/ver10/device/wsdl" xmlns:q="http://www.onvif.org/ver10/search/wsdl"' +
  ' xmlns:o="http://www.onvif.org/ver10/schema" xmlns:n="http://docs.oasis-open.org/wsn/b-2" xmlns:err="http://www.onvif.org/ver10/error"'

/** A SOAP message around a body, with prefixes that differ from the driver's own on purpose. */
export function envelope(body: string): string {
  return `<?xml version="1.0"?><e:Envelope ${NAMESPACES}><e:Body>${body}</e:Body></e:Envelope>`
}

/** A SOAP 1.2 fault. */
export function fault(...codes: string[]): string {
  const nested = codes.reduceRight((inner, code) => `<e:Subcode><e:Value>err:${code}</e:Value>${inner}</e:Subcode>`, '')
  return envelope(
    `<e:Fault><e:Code><e:Value>e:Sender</e:Value>${nested}</e:Code><e:Reason><e:Text>said the device</e:Text></e:Reason></e:Fault>`,
  )
}

/** The answer of a device whose search service is at that path, wherever it believes itself to be. */
export function services(xaddr: string): string {
  return envelope(
    `<d:GetServicesResponse><d:Service><d:Namespace>http://www.onvif.org/ver10/search/wsdl</d:Namespace><d:XAddr>${xaddr}</d:XAddr>` +
      `<d:Version><o:Major>2</o:Major><o:Minor>4</o:Minor></d:Version></d:Service></d:GetServicesResponse>`,
  )
}

/** A small HTTP server on loopback that answers SOAP operations as told, well or badly, and remembers what it was asked. */
export class SoapServer {
  /** `OPERATION PATH` of every request, in order. */
  readonly asked: string[] = []
  /** Every message, in order. */
  readonly messages: string[] = []
  readonly #answers: Readonly<Record<string, Answer>>
  readonly #server = createServer((request, response) => this.#receive(request, response))

  /** @param answers - by operation; `*` answers every other one */
  constructor(answers: Readonly<Record<string, Answer>>) {
    this.#answers = answers
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/onvif/device_service`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    let message = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (message += chunk))
    request.on('end', () => {
      const operation = /<s:Body>\s*<\w+:(\w+)/.exec(message)?.[1] ?? ''
      this.asked.push(`${operation} ${request.url ?? ''}`)
      this.messages.push(message)
      const answer = this.#answers[operation] ?? this.#answers['*'] ?? fault('ActionNotSupported')
      const reply = typeof answer === 'function' ? answer(response, message) : answer
      if (reply !== undefined) {
        response.writeHead(reply.includes(':Fault>') ? 400 : 200, { 'content-type': 'application/soap+xml' })
        response.end(reply)
      }
    })
  }
}

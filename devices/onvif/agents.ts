import { TLSSocket } from 'node:tls'
import { Agent, buildConnector } from 'undici'
import { certificateProblem, type TlsOptions } from './certificate.js'

/**
 * An idle connection is kept this long and not longer: pages of a listing follow each other within it, and a device that closes idle connections
 * soon does not get the chance to close one just as it is used again.
 */
const IDLE_CONNECTION_MS = 1000

/** Where the connections to a device come from. */
export interface Agents {
  readonly keeping: Agent
  /** Keeps no connection. */
  readonly lonely: Agent
}

export function openAgents(tls: TlsOptions | undefined): Agents {
  const options: Agent.Options = {
    // The deadline of the call is the only one: undici's own would end a call earlier and say something else.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: makeConnector(tls),
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: IDLE_CONNECTION_MS,
  }
  return { keeping: new Agent(options), lonely: new Agent({ ...options, pipelining: 0 }) }
}

/**
 * Make connections, http: and https:, and check certificates before a single octet is sent.
 *
 * @returns a connector for undici; it fails with a CertificateError
 */
function makeConnector(tls: TlsOptions | undefined): buildConnector.connector {
  const connect = buildConnector({
    // Checked below instead, where the fingerprint can be told. An old session would come without the certificate to check.
    rejectUnauthorized: false,
    maxCachedSessions: 0,
    timeout: 0,
  })
  return (options, callback) => {
    connect(options, (...[error, socket]) => {
      if (error) {
        callback(error, null)
        return
      }
      const problem = socket instanceof TLSSocket ? certificateProblem(socket, tls) : undefined
      if (problem) {
        socket.destroy()
        callback(problem, null)
      } else callback(null, socket)
    })
  }
}

import { connect, type IClientOptions, type IConnackPacket, type MqttClient } from 'mqtt'
import { BenchError } from '../bench/errors.js'
import type { BrokerAddress } from './broker-address.js'
import { readBrokerCertificates } from './broker-certificates.js'

/** How long to try to reach a broker. */
export interface ConnectOptions {
  /** Milliseconds; default 5,000: a broker on a bench network answers in a few. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

const DEFAULT_CONNECT_TIMEOUT_MS = 5000

/** A connection, as the broker has granted it. */
export interface Connected {
  readonly client: MqttClient
  /** Whether the broker has kept our session: subscriptions, and what came for them meanwhile. */
  readonly isResumed: boolean
}

/**
 * Connect to a broker by MQTT 3.1.1, once. The first definite refusal ends the attempt: who gave a wrong address wants to know now.
 *
 * @param prepare - shown the client before anything can arrive
 * @returns the connected client; its `error` events are listened to, so that a later one cannot end the process
 * @throws BenchError `ERR_VIEWNET_BROKER` when the broker is absent, refuses, or is silent; UsageError `ERR_VIEWNET_CREDENTIALS` when a
 * certificate or key cannot be read; `signal.reason` when aborted
 */
export async function connectMqtt(
  address: BrokerAddress,
  options: IClientOptions,
  { timeoutMs = DEFAULT_CONNECT_TIMEOUT_MS, signal }: ConnectOptions = {},
  prepare: (client: MqttClient) => void = () => undefined,
): Promise<Connected> {
  signal?.throwIfAborted()
  const certificates = await readBrokerCertificates(address)
  signal?.throwIfAborted()
  const client = makeClient(address, {
    ...options,
    ...certificates,
    protocolVersion: 4,
    // Whoever wants another connection makes another client.
    reconnectPeriod: 0,
    ...(address.username !== undefined && { username: address.username }),
    ...(address.password !== undefined && { password: address.password }),
    // Ours ends the attempt first, and says more.
    connectTimeout: timeoutMs * 2,
  })
  prepare(client)
  try {
    return { client, isResumed: await connected(client, address, timeoutMs, signal) }
  } catch (failure) {
    client.end(true)
    throw failure
  }
}

/** What a broker did wrong, in the one form in which it is told. */
export function brokerError(address: BrokerAddress, expected: string, got: string, cause?: unknown): BenchError {
  return new BenchError(
    'ERR_VIEWNET_BROKER',
    `MQTT broker ${address.url}: expected ${expected}, got ${withoutPassword(got, address)}; ` +
      'check its address, that it runs, and the credentials, or leave the broker out to use the embedded one',
    { cause },
  )
}

/** mqtt.js makes the TLS context at once, and throws when a certificate or key is none. */
function makeClient(address: BrokerAddress, options: IClientOptions): MqttClient {
  try {
    return connect(address.url, options)
  } catch (cause) {
    const reason = cause instanceof Error ? reasonOf(cause) : String(cause)
    throw brokerError(address, 'a connection', reason, cause)
  }
}

function connected(
  client: MqttClient,
  address: BrokerAddress,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      settle(() => reject(brokerError(address, `a connection within ${timeoutMs} ms`, 'no answer')))
    }, timeoutMs)
    const onConnect = ({ sessionPresent }: IConnackPacket): void => settle(() => resolve(sessionPresent))
    const onError = (cause: Error): void => {
      settle(() => reject(brokerError(address, 'a connection', reasonOf(cause), cause)))
    }
    const onClose = (): void => settle(() => reject(brokerError(address, 'a connection', 'a closed one')))
    const onAbort = (): void => settle(() => reject(signal?.reason))
    // Stays for good: an 'error' event that nobody listens to ends the process.
    client.on('error', onError)
    client.on('connect', onConnect)
    client.on('close', onClose)
    signal?.addEventListener('abort', onAbort)

    function settle(how: () => void): void {
      clearTimeout(timer)
      client.off('connect', onConnect)
      client.off('close', onClose)
      signal?.removeEventListener('abort', onAbort)
      how()
    }
  })
}

/** `connect ECONNREFUSED 127.0.0.1:1883`, also where Node tried several addresses and put the reasons one level down. */
function reasonOf(error: Error): string {
  if (error.message !== '') return error.message
  return error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0].message : error.name
}

function withoutPassword(text: string, { password }: BrokerAddress): string {
  return password === undefined || password === '' ? text : text.replaceAll(password, '…')
}

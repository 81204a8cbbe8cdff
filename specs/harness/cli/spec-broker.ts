import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { Aedes } from 'aedes'

/** A message that somebody published. */
export interface Published {
  readonly topic: string
  readonly text: string
  readonly retain: boolean
  readonly qos: number
}

/** An MQTT broker of the spec's own, which sees everything. */
export interface SpecBroker {
  readonly url: string
  /** User and password that clients came with, as `user:password`. */
  readonly credentials: readonly string[]
  readonly published: readonly Published[]
  /** Wait until somebody subscribes to a topic that holds this text. */
  subscribed(text: string): Promise<void>
  close(): Promise<void>
}

export async function startBroker(): Promise<SpecBroker> {
  const credentials: string[] = []
  const published: Published[] = []
  const aedes = await Aedes.createBroker({
    authenticate(_client, user, password, done) {
      credentials.push(`${user ?? ''}:${password?.toString() ?? ''}`)
      done(null, true)
    },
  })
  aedes.on('publish', ({ topic, payload, retain, qos }) => {
    if (!topic.startsWith('$SYS')) published.push({ topic, text: payload.toString(), retain, qos })
  })
  const topics: string[] = []
  aedes.on('subscribe', (subscriptions) => topics.push(...subscriptions.map(({ topic }) => topic)))
  const server = createServer(aedes.handle.bind(aedes))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `mqtt://127.0.0.1:${port}`,
    credentials,
    published,
    async subscribed(text) {
      while (!topics.some((topic) => topic.includes(text))) await once(aedes, 'subscribe')
    },
    async close() {
      await new Promise<void>((resolve) => aedes.close(resolve))
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

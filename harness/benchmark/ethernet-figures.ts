import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { EthernetAnswer, EthernetRole } from './ethernet-messages.js'
import type { Measurement } from './figure.js'

const ROUNDS = 5

/** Raw Ethernet links over a veth pair, beside bare AF_PACKET sockets with the same batches; in a process with a network namespace of its own. */
export function ethernetMeasurement(): Measurement {
  let peer: ChildProcess | undefined
  const ask = async (role: EthernetRole): Promise<EthernetAnswer> => {
    peer ??= fork(fileURLToPath(new URL('./ethernet-peer.js', import.meta.url)))
    const answered = new AbortController()
    const { signal } = answered
    const answer = once(peer, 'message', { signal }) as Promise<[EthernetAnswer]>
    const ended = once(peer, 'exit', { signal }).then((): [EthernetAnswer] => [
      { whyNot: 'the process of the measurement ended' },
    ])
    // Called off when the other one came; nobody waits for it any more.
    for (const each of [answer, ended]) each.catch(() => {})
    peer.send(role)
    try {
      return (await Promise.race([answer, ended]))[0]
    } finally {
      answered.abort()
    }
  }
  const rate = async (role: EthernetRole): Promise<number> => {
    const answer = await ask(role)
    if ('packetsPerSecond' in answer) return answer.packetsPerSecond
    throw new Error(answer.whyNot)
  }
  return {
    name: 'raw Ethernet over veth, packets of 86 octets, beside bare AF_PACKET sockets',
    unit: 'packets/s',
    goal: { is: 'at least', ratio: 0.6 },
    rounds: ROUNDS,
    unavailable: async () => {
      const answer = await ask('links')
      return 'whyNot' in answer ? answer.whyNot : undefined
    },
    ours: () => rate('links'),
    baseline: () => rate('bare'),
    close: () => {
      peer?.disconnect()
    },
  }
}

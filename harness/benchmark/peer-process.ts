import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { MemoryReport, PeerReady, PeerRole, SendCommand } from './peer-messages.js'

/** The other process of a figure: on one thread, sender and receiver would only take turns. */
export class PeerProcess {
  readonly ready: PeerReady
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, ready: PeerReady) {
    this.#child = child
    this.ready = ready
  }

  static async start(role: PeerRole): Promise<PeerProcess> {
    const child = fork(fileURLToPath(new URL('./peer.js', import.meta.url)), [role])
    const [ready] = (await once(child, 'message')) as [PeerReady]
    return new PeerProcess(child, ready)
  }

  get address(): string {
    return `udp://127.0.0.1:${this.ready.port}`
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Have a bare sender send. */
  send(command: SendCommand): void {
    this.#child.send(command)
  }

  /** Ask a converter for its memory. */
  async memory(): Promise<MemoryReport> {
    this.#child.send('memory')
    const [report] = (await once(this.#child, 'message')) as [MemoryReport]
    return report
  }

  /** It ends by itself when nobody listens any more, and so leaves a profile behind where one is taken. */
  close(): void {
    this.#child.disconnect()
  }
}

/** Peers that the rounds of a figure share, each started when first wanted. */
export class Peers {
  readonly #started = new Map<PeerRole, Promise<PeerProcess>>()

  get(role: PeerRole): Promise<PeerProcess> {
    const known = this.#started.get(role)
    if (known) return known
    const started = PeerProcess.start(role)
    this.#started.set(role, started)
    return started
  }

  async close(): Promise<void> {
    for (const started of this.#started.values()) (await started).close()
    this.#started.clear()
  }
}

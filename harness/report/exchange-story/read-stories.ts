import { ViewnetError } from 'viewnet/device'
import { readNdjson, recordsOf, type PacketBatch } from '../../evidence/index.js'
import { ExchangeTeller } from './exchange-teller.js'
import type { RunStories } from './story.js'

/** Exchanges that are told; a catalogue makes a tenth of them. */
const MAX_STORIES = 160

/** Steps told one by one in an exchange: what a person follows. In a run of very many exchanges, later ones get fewer. */
const MAX_STEPS = 120
const MAX_STEPS_OF_MANY = 24
const MANY = 24

/**
 * Tell the exchanges of a run from its `packets.ndjson`, batch by batch: however long they were, what is kept of each is bounded.
 *
 * Evidence that cannot be read is told as far as it could be, with the reason.
 */
export async function readStories(path: string): Promise<RunStories> {
  const teller = new RunTeller()
  let failure: string | undefined
  try {
    for await (const batch of readNdjson(path)) teller.add(batch)
  } catch (cause) {
    if (!(cause instanceof ViewnetError)) throw cause
    failure = cause.message
  }
  return { ...teller.tell(), failure }
}

/** Hands each record to the exchange that it belongs to. */
class RunTeller {
  readonly #tellers = new Map<string, ExchangeTeller>()
  /** The exchange that each flow is in: a packet that nobody could read belongs to it, as far as anybody can tell. */
  readonly #latest = new Map<string, ExchangeTeller>()
  readonly #untold = new Set<string>()

  add(batch: PacketBatch): void {
    for (const record of recordsOf(batch)) {
      const teller =
        record.exchange === null ? this.#latest.get(batch.flow) : this.#tellerOf(batch.flow, record.exchange, record.t)
      teller?.add(record)
    }
  }

  tell(): Omit<RunStories, 'failure'> {
    return { stories: [...this.#tellers.values()].map((teller) => teller.tell()), untold: this.#untold.size }
  }

  #tellerOf(flow: string, exchange: number, t: number): ExchangeTeller | undefined {
    const key = `${flow} ${exchange}`
    let teller = this.#tellers.get(key)
    if (!teller && this.#tellers.size >= MAX_STORIES) {
      if (this.#untold.size < MAX_STORIES) this.#untold.add(key)
      return undefined
    }
    if (!teller) {
      const maxSteps = this.#tellers.size < MANY ? MAX_STEPS : MAX_STEPS_OF_MANY
      teller = new ExchangeTeller(flow, exchange, t, maxSteps)
      this.#tellers.set(key, teller)
    }
    this.#latest.set(flow, teller)
    return teller
  }
}

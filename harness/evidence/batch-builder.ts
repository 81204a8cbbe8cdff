import type { PacketBatch } from './batch.js'
import type { Fate, MessageName, ObservationPoint, PacketDescription, PacketRecord } from './record.js'

/** Columns of a batch that is being filled, record by record: no record is ever made of them. */
export class BatchBuilder {
  readonly #t: number[] = []
  readonly #at: ObservationPoint[] = []
  readonly #fate: Fate[] = []
  readonly #message: (MessageName | null)[] = []
  readonly #exchange: (number | null)[] = []
  readonly #sequence: (number | null)[] = []
  readonly #round: (number | null)[] = []
  readonly #octets: number[] = []
  readonly #content: (string | null)[] = []
  readonly #fields: PacketRecord['fields'][] = []
  readonly #bytes: string[] = []
  #characters = 0

  get records(): number {
    return this.#t.length
  }

  /** About how long the texts of it are. */
  get characters(): number {
    return this.#characters
  }

  /**
   * Add one record; arguments and not an object, because it is done for every packet.
   *
   * @param bytes - the packet in base64: with every record of a batch, or with none
   */
  add(
    t: number,
    at: ObservationPoint,
    fate: Fate,
    octets: number,
    said: PacketDescription,
    bytes: string | undefined,
  ): void {
    this.#t.push(t)
    this.#at.push(at)
    this.#fate.push(fate)
    this.#message.push(said.message)
    this.#exchange.push(said.exchange)
    this.#sequence.push(said.sequence)
    this.#round.push(said.round)
    this.#octets.push(octets)
    this.#content.push(said.content)
    this.#fields.push(said.fields)
    if (bytes !== undefined) this.#bytes.push(bytes)
    this.#characters += charactersOf(said.fields, bytes)
  }

  /** What was added, as a batch. The builder is used up by it. */
  finish(position: Pick<PacketBatch, 'run' | 'flow' | 'batch' | 'first'>): PacketBatch {
    return {
      v: 1,
      run: position.run,
      flow: position.flow,
      batch: position.batch,
      first: position.first,
      columns: {
        t: this.#t,
        at: this.#at,
        fate: this.#fate,
        message: this.#message,
        exchange: this.#exchange,
        sequence: this.#sequence,
        round: this.#round,
        octets: this.#octets,
        content: this.#content,
        fields: this.#fields,
      },
      ...(this.#bytes.length > 0 && { bytes: this.#bytes }),
    }
  }
}

/** What can be long in a record. Only text can: names and numbers of the other fields are few and short. */
export function charactersOf(fields: PacketRecord['fields'], bytes: string | undefined): number {
  let characters = bytes?.length ?? 0
  if (fields === null) return characters
  for (const value of Object.values(fields)) if (typeof value === 'string') characters += value.length
  return characters
}

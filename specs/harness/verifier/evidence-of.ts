import { batchOf, type PacketBatch } from '../../../harness/evidence/batch.js'
import type { Fate, MessageName, ObservationPoint, PacketRecord } from '../../../harness/evidence/record.js'

/** What a packet says, as short as a spec can write it. */
export interface Saying {
  readonly message: MessageName
  readonly sequence?: number
  readonly round?: number
  readonly content?: string
  readonly fields?: PacketRecord['fields']
  readonly bytes?: string
}

export const request = (selective = false): Saying => ({ message: 'REQUEST', fields: { selective, credit: false } })
export const response = (count: number, status = 'OK'): Saying => ({ message: 'RESPONSE', fields: { status, count } })
export const resource = (sequence: number, round = 0, content = contentOf(sequence)): Saying => {
  return { message: 'RESOURCE', sequence, round, content }
}
export const roundEnd = (count: number, sent: number, round = 0): Saying => {
  return { message: 'ROUND_END', round, fields: { count, sent, round } }
}
export const report = (verdict: string, round: number, received: number, count: number, missingPackets = 0): Saying => {
  return { message: 'COUNT_REPORT', round, fields: { verdict, round, received, count, missingPackets } }
}
export const missing = (names: string, round = 0, index = 0): Saying => {
  return { message: 'MISSING', round, fields: { first: 1, round, index, missing: names } }
}

/** Any eight digits will do, as long as every sequence has its own. */
export function contentOf(sequence: number): string {
  return (0xa0000000 + sequence).toString(16)
}

/** Writes the evidence of packets between an endpoint and a converter, at every point that a bench taps. */
export class Evidence {
  readonly records: PacketRecord[] = []
  exchange = 77
  /** Microseconds. */
  t = 0

  /** One sighting; a millisecond passes. */
  see(at: ObservationPoint, fate: Fate, saying: Saying): this {
    this.t += 1000
    this.records.push({
      t: this.t,
      at,
      fate,
      message: saying.message,
      exchange: this.exchange,
      sequence: saying.sequence ?? null,
      round: saying.round ?? null,
      octets: saying.message === 'MISSING' ? 1078 : 86,
      content: saying.content ?? null,
      fields: saying.fields ?? null,
      ...(saying.bytes !== undefined && { bytes: saying.bytes }),
    })
    return this
  }

  /** From the endpoint to the converter. */
  ask(...sayings: readonly Saying[]): this {
    for (const saying of sayings) this.see('endpoint-out', 'sent', saying).see('converter-in', 'received', saying)
    return this
  }

  /** From the converter to the endpoint. */
  tell(...sayings: readonly Saying[]): this {
    for (const saying of sayings) this.see('converter-out', 'sent', saying).see('endpoint-in', 'received', saying)
    return this
  }

  /** From the endpoint, dropped by the impairment. */
  askLost(saying: Saying): this {
    return this.see('endpoint-out', 'sent', saying).see('link', 'dropped', saying)
  }

  /** From the converter, dropped by the impairment. */
  tellLost(saying: Saying): this {
    return this.see('converter-out', 'sent', saying).see('link', 'dropped', saying)
  }

  /** Time passes. */
  wait(milliseconds: number): this {
    this.t += milliseconds * 1000
    return this
  }

  /** COMPLETE three times, 100 ms apart. */
  complete(count: number, round = 0): this {
    const complete = report('COMPLETE', round, count, count)
    return this.ask(complete).wait(100).ask(complete).wait(100).ask(complete)
  }

  /** The same evidence, as far as it was gathered at these points. */
  only(...points: readonly ObservationPoint[]): this {
    this.records.splice(0, Infinity, ...this.records.filter(({ at }) => points.includes(at)))
    return this
  }

  /** Cut into batches. */
  batches(size = 256, flow = 'f1', run = 'r1'): PacketBatch[] {
    const batches: PacketBatch[] = []
    for (let first = 0; first < this.records.length; first += size) {
      batches.push(batchOf({ run, flow, batch: batches.length, first }, this.records.slice(first, first + size)))
    }
    return batches
  }
}

/** A clean exchange up to its ROUND_END. */
export function cleanRound(count: number, selective = false): Evidence {
  const evidence = new Evidence().ask(request(selective)).tell(response(count))
  for (let sequence = 1; sequence <= count; sequence++) evidence.tell(resource(sequence))
  return evidence.tell(roundEnd(count, count))
}

/** The first round of an exchange in which the impairment drops the named sequences, up to and with the endpoint's MISMATCH. */
export function lossyRound(count: number, lost: readonly number[], selective = false): Evidence {
  const evidence = new Evidence().ask(request(selective)).tell(response(count))
  for (let sequence = 1; sequence <= count; sequence++) {
    if (lost.includes(sequence)) evidence.tellLost(resource(sequence))
    else evidence.tell(resource(sequence))
  }
  evidence.tell(roundEnd(count, count))
  return evidence.ask(report('MISMATCH', 0, count - lost.length, count, selective ? 1 : 0))
}

/** A whole exchange that lost something and had it sent again, by name or all of it. */
export function recovered(count: number, lost: readonly number[], selective: boolean): Evidence {
  const evidence = lossyRound(count, lost, selective)
  if (selective) evidence.ask(missing(lost.join(',')))
  const again = selective ? lost : Array.from({ length: count }, (_, i) => i + 1)
  for (const sequence of again) evidence.tell(resource(sequence, 1))
  return evidence.tell(roundEnd(count, again.length, 1)).complete(count, 1)
}

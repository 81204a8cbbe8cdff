import type { PacketRecord } from '../../evidence/record.js'
import { ExchangeCourse } from './course.js'
import { StepList, type StepPacket } from './step-list.js'
import type { ExchangeStory, Sender, StepFate } from './story.js'

/** Rounds that are marked; the protocol ends after 32. */
const MAX_ROUNDS = 64

/** Packets that wait until it is clear whether the converter is watched. */
const MAX_WAITING = 32

/** Tells one exchange from the sightings of its packets, in the order of time. */
export class ExchangeTeller {
  readonly #flow: string
  readonly #exchange: number
  readonly #startT: number
  readonly #steps: StepList
  readonly #course: ExchangeCourse
  readonly #rounds: { round: number; t: number }[] = []
  #endT: number
  #announced: number | null = null
  #sent = 0
  #arrived = 0
  #dropped = 0
  #again = 0
  /** Whether the converter's side is watched; undefined until the evidence shows. */
  #isWatched: boolean | undefined
  #waiting: StepPacket[] = []

  constructor(flow: string, exchange: number, startT: number, maxSteps: number) {
    this.#flow = flow
    this.#exchange = exchange
    this.#startT = startT
    this.#endT = startT
    this.#steps = new StepList(maxSteps)
    this.#course = new ExchangeCourse(startT)
  }

  add(record: PacketRecord): void {
    const { t, at, fate, message, sequence, round } = record
    this.#endT = Math.max(this.#endT, t)
    if (fate !== 'rejected') this.#noteAnnounced(record)
    const isResource = message === 'RESOURCE'
    if (at === 'converter-out' || at === 'converter-in') {
      this.#isWatched = true
      this.#waiting = []
    } else if (at === 'endpoint-in' && this.#isWatched === undefined) {
      // The converter has answered, and was not seen: it is somebody else's.
      this.#isWatched = false
      this.#tellWaiting()
    }
    switch (at) {
      case 'converter-out':
        if (isResource) this.#noteSent(t, round)
        return
      case 'endpoint-out': {
        const packet = packetOf(record, 'endpoint', 'sent')
        if (this.#isWatched === undefined && this.#waiting.length < MAX_WAITING) this.#waiting.push(packet)
        else if (this.#isWatched === false) this.#steps.add(packet)
        return
      }
      case 'converter-in':
        return this.#steps.add(packetOf(record, 'endpoint', fate === 'rejected' ? 'rejected' : 'arrived'))
      case 'endpoint-in':
        if (fate !== 'rejected') this.#noteArrived(record)
        return this.#steps.add(packetOf(record, 'converter', fate === 'rejected' ? 'rejected' : 'arrived'))
      case 'link':
        if (fate === 'dropped') {
          this.#course.drop(t)
          if (isResource) this.#dropped++
        }
        return this.#impaired(packetOf(record, senderOf(record), linkFate(fate)), sequence)
    }
  }

  tell(): ExchangeStory {
    // Nobody answered: what was sent is all there is.
    if (this.#isWatched === undefined) this.#tellWaiting()
    const { steps, untold, summedFrom } = this.#steps
    return {
      flow: this.#flow,
      exchange: this.#exchange,
      steps,
      untold,
      summedFrom,
      startT: this.#startT,
      endT: this.#endT,
      announced: this.#announced,
      rounds: this.#rounds,
      resources: { sent: this.#sent, arrived: this.#arrived, dropped: this.#dropped, again: this.#again },
      ...this.#course.tell(),
    }
  }

  /** What the endpoint sent was noted as it left; dropped on its way, it did not go out after all. */
  #impaired(packet: StepPacket, sequence: number | null): void {
    const waiting = this.#waiting.at(-1)
    if (packet.fate === 'dropped' && waiting?.message === packet.message && sequence === null) this.#waiting.pop()
    this.#steps.add(packet)
  }

  #tellWaiting(): void {
    for (const packet of this.#waiting) this.#steps.add(packet)
    this.#waiting = []
  }

  #noteSent(t: number, round: number | null): void {
    this.#sent++
    this.#noteRound(t, round)
    if (round !== null && round > 0) this.#again++
  }

  /** What a lost RESPONSE announced, the endpoint learns from the resources: wherever it was seen, it counts. */
  #noteAnnounced({ message, fields }: PacketRecord): void {
    if (message === 'RESPONSE' && fields?.['status'] === 'OK' && typeof fields['count'] === 'number')
      this.#announced = fields['count']
  }

  #noteArrived({ t, message, sequence, round }: PacketRecord): void {
    if (message !== 'RESOURCE' || sequence === null) return
    this.#arrived++
    this.#noteRound(t, round)
    if (this.#isWatched === false && round !== null && round > 0) this.#again++
    this.#course.arrive(t, sequence)
  }

  #noteRound(t: number, round: number | null): void {
    const latest = this.#rounds.at(-1)?.round ?? -1
    if (round !== null && round > latest && this.#rounds.length < MAX_ROUNDS) this.#rounds.push({ round, t })
  }
}

function packetOf({ t, message, round, sequence, fields }: PacketRecord, from: Sender, fate: StepFate): StepPacket {
  return { t, from, message, fate, round, sequence, note: noteOf(message, fields) }
}

function senderOf({ message }: PacketRecord): Sender {
  return message === 'RESPONSE' || message === 'RESOURCE' || message === 'ROUND_END' ? 'converter' : 'endpoint'
}

function linkFate(fate: PacketRecord['fate']): StepFate {
  return fate === 'received' ? 'arrived' : fate
}

/** What a message says beside its name, as far as a reader of the ladder wants it. */
function noteOf(message: PacketRecord['message'], fields: PacketRecord['fields']): string {
  const field = (name: string): string => String(fields?.[name] ?? '?').slice(0, 96)
  switch (message) {
    case 'REQUEST':
      return fields?.['selective'] === true ? 'selective' : ''
    case 'RESPONSE':
      return fields?.['status'] === 'OK' ? `OK, ${field('count')} resources` : field('status')
    case 'ROUND_END':
      return `${field('sent')} sent`
    case 'COUNT_REPORT':
      return `${field('verdict')}, ${field('received')} of ${field('count')}`
    case 'MISSING':
      return field('missing')
    case 'PROGRESS':
    case 'RESOURCE':
    case null:
      return ''
  }
}

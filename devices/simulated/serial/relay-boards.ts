import { UsageError } from 'viewnet/device'
import { FaultyDevice, type SerialFaultName } from './faults.js'
import { SimulatedRelay } from './relay.js'

/** Octets of a command that is not whole yet, at most: boards have little memory, and begin anew. */
const MAX_COMMAND_OCTETS = 256

/** How many relays, and how the board tells their state. */
export interface RelayBoardOptions {
  /** 1–64. Default 4. */
  readonly relays?: number | undefined
}

/** What every relay board has, whatever it is told in. */
export abstract class SimulatedRelayBoard extends FaultyDevice {
  readonly relays: readonly SimulatedRelay[]
  #command: Buffer = Buffer.alloc(0)
  #breaking: { readonly fault: SerialFaultName; goodCommands: number } | undefined

  constructor({ relays = 4 }: RelayBoardOptions = {}) {
    super()
    if (!Number.isInteger(relays) || relays < 1 || relays > 64) {
      throw new UsageError('ERR_VIEWNET_OPTION', `simulated relay board: relays: expected 1 to 64, got ${relays}`)
    }
    this.relays = Array.from({ length: relays }, () => new SimulatedRelay())
  }

  /** A relay by its place, from 0. */
  relay(at: number): SimulatedRelay {
    const relay = this.relays[at]
    if (relay === undefined) {
      throw new UsageError(
        'ERR_VIEWNET_OPTION',
        `simulated relay board has ${this.relays.length} relays, none at ${at}`,
      )
    }
    return relay
  }

  /** Have a fault once some commands to switch went well; 0: with the next. */
  breakAfter(goodCommands: number, fault: SerialFaultName): void {
    this.#breaking = { fault, goodCommands }
  }

  protected take(octets: Uint8Array): void {
    this.#command = Buffer.concat([this.#command, octets])
    for (;;) {
      const used = this.obey(this.#command)
      if (used === 0) break
      this.#command = this.#command.subarray(used)
    }
    if (this.#command.length > MAX_COMMAND_OCTETS) this.#command = Buffer.alloc(0)
  }

  /** Carry out what the octets begin with; returns how many of them that was, 0 when more must come. */
  protected abstract obey(octets: Buffer): number

  /** False when there is no such relay. */
  protected energise(at: number, isEnergised: boolean): boolean {
    const relay = this.relays[at]
    if (relay === undefined) return false
    if (this.#breaking && this.#breaking.goodCommands-- <= 0) {
      this.fault = this.#breaking.fault
      this.#breaking = undefined
    }
    if (this.fault !== 'stuck') relay.drive(isEnergised, this.fault === 'welded')
    return true
  }

  protected stateOctets(): Uint8Array {
    return Uint8Array.from(this.relays, ({ isEnergised }) => (isEnergised ? 1 : 0))
  }
}

/** An LCUS board; `status` as in the options of the driver. */
export class SimulatedLcus extends SimulatedRelayBoard {
  readonly #status: 'none' | 'octets' | 'text'

  constructor({
    status = 'none',
    ...options
  }: RelayBoardOptions & { readonly status?: 'none' | 'octets' | 'text' } = {}) {
    super(options)
    this.#status = status
  }

  protected obey(octets: Buffer): number {
    const [first] = octets
    if (first === undefined) return 0
    if (first === 0xff) {
      this.#tellStatus()
      return 1
    }
    if (first !== 0xa0) return 1
    if (octets.length < 4) return 0
    const [, relay = 0, operation = 0, sum] = octets
    if (((0xa0 + relay + operation) & 0xff) === sum && operation <= 1) this.energise(relay - 1, operation === 1)
    return 4
  }

  #tellStatus(): void {
    if (this.#status === 'octets') this.answer(this.stateOctets())
    if (this.#status !== 'text') return
    const lines = this.relays.map(({ isEnergised }, at) => `CH${at + 1}:${isEnergised ? 'ON' : 'OFF'} \r\n`)
    this.answer(Buffer.from(lines.join(''), 'latin1'))
  }
}

/** A KMTronic board. */
export class SimulatedKmtronic extends SimulatedRelayBoard {
  protected obey(octets: Buffer): number {
    if (octets.length === 0) return 0
    if (octets[0] !== 0xff) return 1
    if (octets.length < 3) return 0
    const [, relay = 0, operation = 0] = octets
    const one = this.relays[relay - 1]
    if (relay === 9 && operation === 0) this.answer(this.stateOctets())
    else if (operation <= 1) this.energise(relay - 1, operation === 1)
    else if (operation === 3 && one !== undefined) this.answer(Uint8Array.of(0xff, relay, one.isEnergised ? 1 : 0))
    return 3
  }
}

/** A Numato module: a command line, echoed, then an answer and a prompt. */
export class SimulatedNumato extends SimulatedRelayBoard {
  protected obey(octets: Buffer): number {
    const end = octets.indexOf(0x0d)
    if (end === -1) return 0
    const line = octets.subarray(0, end).toString('latin1').replaceAll('\n', '')
    const said = this.#answerTo(line)
    this.answer(Buffer.from(`${line}\n\r${said === '' ? '' : `${said}\n\r`}>`, 'latin1'))
    return end + 1
  }

  #answerTo(line: string): string {
    const [, verb, name = ''] = /^relay (on|off|read) ([0-9A-Z])$/.exec(line) ?? []
    const at = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'.indexOf(name)
    const relay = verb === undefined ? undefined : this.relays[at]
    if (relay === undefined) return ''
    if (verb === 'read') return relay.isEnergised ? 'on' : 'off'
    this.energise(at, verb === 'on')
    return ''
  }
}

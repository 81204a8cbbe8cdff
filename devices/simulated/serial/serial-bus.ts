import { ReadQueue } from '../../serial/read-queue.js'
import {
  canceled,
  PORT_DEFAULTS,
  type BindingOpenOptions,
  type BindingPort,
  type BindingPortStatus,
  type BindingSetOptions,
  type SerialBinding,
} from '../../serial/serial-binding.js'
import type { SimulatedSerialDevice } from './serial-device.js'

/** What waits to be read at a port, at most; a device that sends more than is read loses it, as at a real UART. */
const MAX_WAITING_OCTETS = 1024 * 1024
/** The newest octets that the computer wrote, of each port, at most. */
const MAX_WRITTEN_OCTETS = 64 * 1024

/** What a simulated USB device says of itself. */
export interface SimulatedUsb {
  readonly vendor: string
  readonly product: string
  readonly serial?: string | undefined
  /** Its socket, such as `1-2.3`. */
  readonly location: string
}

interface Socket {
  readonly device: SimulatedSerialDevice
  readonly usb: SimulatedUsb | undefined
  isPlugged: boolean
  port: SimulatedPort | undefined
  written: Buffer
  openCount: number
}

/**
 * Serial ports that exist only in software, behind the binding interface of serialport: hand it to `findOutlet`, `findConsole` or serialport itself.
 *
 * @example
 * const bus = new SimulatedSerialBus()
 * const board = new SimulatedKmtronic({ relays: 4 })
 * bus.plug('/dev/simulated-relay', board)
 * const outlet = await openOutlet({ driver: 'kmtronic', port: '/dev/simulated-relay', relay: 1 }, { binding: bus })
 */
export class SimulatedSerialBus implements SerialBinding {
  readonly #sockets = new Map<string, Socket>()

  /** Plug a device in; a path that was used before gets the new device. */
  plug(path: string, device: SimulatedSerialDevice, usb?: SimulatedUsb): void {
    this.unplug(path)
    const known = this.#sockets.get(path)
    const { written = Buffer.alloc(0), openCount = 0 } = known ?? {}
    this.#sockets.set(path, { device, usb: usb ?? known?.usb, isPlugged: true, port: undefined, written, openCount })
    device.plugged?.(() => this.unplug(path))
  }

  /** Pull a device out; whoever has its port open loses it. */
  unplug(path: string): void {
    const socket = this.#sockets.get(path)
    if (socket?.isPlugged !== true) return
    socket.isPlugged = false
    socket.port?.lose(new Error('the device was unplugged'))
  }

  /** Plug the same device in again. */
  replug(path: string): void {
    const socket = this.#sockets.get(path)
    if (socket !== undefined) socket.isPlugged = true
  }

  /** The newest octets that were written to a port, over all times that it was open. */
  written(path: string): Uint8Array {
    return this.#sockets.get(path)?.written ?? new Uint8Array()
  }

  /** How often a port was opened. */
  openCount(path: string): number {
    return this.#sockets.get(path)?.openCount ?? 0
  }

  list(): ReturnType<SerialBinding['list']> {
    return Promise.resolve(
      [...this.#sockets]
        .filter(([, { isPlugged }]) => isPlugged)
        .map(([path, { usb }]) => ({
          path,
          manufacturer: undefined,
          serialNumber: usb?.serial,
          pnpId: undefined,
          locationId: usb?.location,
          productId: usb?.product,
          vendorId: usb?.vendor,
        })),
    )
  }

  open(options: BindingOpenOptions): Promise<BindingPort> {
    const socket = this.#sockets.get(options.path)
    if (socket?.isPlugged !== true) {
      return Promise.reject(new Error(`Error: No such file or directory, cannot open ${options.path}`))
    }
    if (socket.port?.isOpen === true) return Promise.reject(new Error('Port is locked cannot open'))
    socket.openCount += 1
    socket.port = new SimulatedPort(options, socket.device, (octets) => {
      socket.written = Buffer.concat([socket.written, octets]).subarray(-MAX_WRITTEN_OCTETS)
    })
    return Promise.resolve(socket.port)
  }
}

class SimulatedPort implements BindingPort {
  readonly openOptions: Required<BindingOpenOptions>
  readonly #device: SimulatedSerialDevice
  readonly #onWritten: (octets: Uint8Array) => void
  readonly #incoming = new ReadQueue()
  #isClosed = false

  constructor(options: BindingOpenOptions, device: SimulatedSerialDevice, onWritten: (octets: Uint8Array) => void) {
    this.openOptions = { ...PORT_DEFAULTS, ...options }
    this.#device = device
    this.#onWritten = onWritten
    device.connect((octets) => {
      if (this.#incoming.octets < MAX_WAITING_OCTETS) this.#incoming.push(Buffer.from(octets))
    })
    // Linux raises both lines whenever a port is opened.
    device.drive?.({ rts: true, dtr: true })
  }

  /** As with a real one: a port that was lost counts as open until it is closed. */
  get isOpen(): boolean {
    return !this.#isClosed
  }

  lose(reason: Error): void {
    this.#incoming.end(reason)
    this.#device.disconnect?.()
  }

  close(): Promise<void> {
    this.#isClosed = true
    if (this.#incoming.ended === undefined) this.lose(canceled('port is closed'))
    return Promise.resolve()
  }

  read(buffer: Buffer, offset: number, length: number): Promise<{ buffer: Buffer; bytesRead: number }> {
    return this.#incoming.read(buffer, offset, length)
  }

  write(buffer: Buffer): Promise<void> {
    const problem = this.#incoming.ended
    if (problem !== undefined) return Promise.reject(problem)
    this.#onWritten(buffer)
    this.#device.receive(Uint8Array.from(buffer))
    return Promise.resolve()
  }

  set({ rts = true, dtr = true }: BindingSetOptions): Promise<void> {
    const problem = this.#incoming.ended
    if (problem !== undefined) return Promise.reject(problem)
    this.#device.drive?.({ rts, dtr })
    return Promise.resolve()
  }

  update(): Promise<void> {
    return Promise.resolve()
  }

  get(): Promise<BindingPortStatus> {
    return Promise.resolve({ cts: true, dsr: true, dcd: false })
  }

  getBaudRate(): Promise<{ baudRate: number }> {
    return Promise.resolve({ baudRate: this.openOptions.baudRate })
  }

  flush(): Promise<void> {
    this.#incoming.clear()
    return Promise.resolve()
  }

  drain(): Promise<void> {
    const problem = this.#incoming.ended
    return problem === undefined ? Promise.resolve() : Promise.reject(problem)
  }
}

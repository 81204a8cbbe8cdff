// The package's exports name its types for CommonJS alone.
import type {
  BindingInterface,
  BindingPortInterface,
  BindingsErrorInterface,
  OpenOptions,
  PortStatus,
  SetOptions,
} from '@serialport/bindings-interface' with { 'resolution-mode': 'require' }
import { SerialFault } from './serial-fault.js'

/** How ports are reached: the system's own, or a simulated one. The interface is that of serialport's bindings. */
export type SerialBinding = BindingInterface

/** An open port of a {@link SerialBinding}. */
export type BindingPort = BindingPortInterface
/** How a {@link SerialBinding} is asked to open a port. */
export type BindingOpenOptions = OpenOptions
/** The lines that the other side drives. */
export type BindingPortStatus = PortStatus
/** The lines that we drive. */
export type BindingSetOptions = SetOptions

/** serialport's word for an operation that ended because we closed the port ourselves. */
export function canceled(message: string): BindingsErrorInterface {
  return Object.assign(new Error(message), { canceled: true })
}

/** What a port is opened with where nothing else is asked for. */
export const PORT_DEFAULTS = {
  dataBits: 8,
  lock: true,
  stopBits: 1,
  parity: 'none',
  rtscts: false,
  xon: false,
  xoff: false,
  xany: false,
  hupcl: false,
} as const

/** The system's own binding. */
export async function systemBinding(): Promise<SerialBinding> {
  try {
    const { SerialPort } = await import('serialport')
    return SerialPort.binding
  } catch (cause) {
    throw new SerialFault('absent', 'serial ports cannot be used: serialport has no binding for this platform', {
      cause,
    })
  }
}

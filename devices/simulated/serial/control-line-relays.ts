import { SimulatedRelay } from './relay.js'
import type { SimulatedSerialDevice } from './serial-device.js'

/** A relay on RTS and one on DTR: a raised line energises. Octets mean nothing to it. */
export class SimulatedControlLines implements SimulatedSerialDevice {
  readonly rts = new SimulatedRelay()
  readonly dtr = new SimulatedRelay()

  connect(): void {
    // It sends nothing.
  }

  receive(): void {
    // It takes nothing.
  }

  drive({ rts, dtr }: { readonly rts: boolean; readonly dtr: boolean }): void {
    this.rts.drive(rts)
    this.dtr.drive(dtr)
  }
}

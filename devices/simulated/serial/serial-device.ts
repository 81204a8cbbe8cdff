/** What hangs on a simulated port: it takes octets, and sends some when it likes. */
export interface SimulatedSerialDevice {
  /** Somebody opened the port: what is sent goes there. */
  connect(send: (octets: Uint8Array) => void): void
  /** Octets came, in pieces of any size. */
  receive(octets: Uint8Array): void
  /** The lines that the computer drives changed. */
  drive?(lines: { readonly rts: boolean; readonly dtr: boolean }): void
  /** The port was closed, or the device unplugged. */
  disconnect?(): void
  /** Called once it is plugged in: how it can pull itself out. */
  plugged?(unplug: () => void): void
}

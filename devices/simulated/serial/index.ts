/** Relay boards and whatever else hangs on serial ports, in software. */
export { SimulatedSerialBus, type SimulatedUsb } from './serial-bus.js'
export type { SimulatedSerialDevice } from './serial-device.js'
export { FaultyDevice, SERIAL_FAULTS, type SerialFaultName } from './faults.js'
export { SimulatedRelay, type PoweredLoad } from './relay.js'
export {
  SimulatedKmtronic,
  SimulatedLcus,
  SimulatedNumato,
  SimulatedRelayBoard,
  type RelayBoardOptions,
} from './relay-boards.js'
export { SimulatedModbusBoard } from './modbus-board.js'
export { SimulatedControlLines } from './control-line-relays.js'
export { serveOnTcp, type ServedDevice } from './serve-on-tcp.js'
export { SimulatedConsole, type SimulatedConsoleOptions } from './simulated-console.js'
export { SimulatedPelcoHead, type HeadMotion, type SimulatedPelcoHeadOptions } from './simulated-pelco-head.js'

// AF_PACKET sockets with nothing around them: what the kernel and koffi take at least for the same packets in the same batches.
import koffi from 'koffi'

const AF_PACKET = 17
const SOCK_DGRAM_NONBLOCK = 2 | 0x800
const MSG_DONTWAIT = 0x40
const HEADER_BYTES = 64
const VECTOR_BYTES = 16
const NAME_BYTES = 20

const libc = koffi.load(null)
const socket = libc.func('socket', 'int', ['int', 'int', 'int']) as (...args: number[]) => number
const bind = libc.func('bind', 'int', ['int', 'void *', 'uint']) as (...args: (number | Uint8Array)[]) => number
const close = libc.func('close', 'int', ['int']) as (descriptor: number) => number
const indexOf = libc.func('if_nametoindex', 'uint', ['str']) as (name: string) => number
const sendmmsg = libc.func('sendmmsg', 'int', ['int', 'void *', 'uint', 'int']) as Batch
const recvmmsg = libc.func('recvmmsg', 'int', ['int', 'void *', 'uint', 'int', 'void *']) as Batch

type Batch = (...args: (number | bigint | null)[]) => number

/** A socket on an interface, and the memory of one batch of messages. */
export interface BareEnd {
  /** @returns how many packets went */
  send(): number
  /** @returns how many packets came; 0 or less: none */
  receive(): number
  close(): void
}

/** @param station - six octets, of the other end */
export function openBareEnd(
  name: string,
  etherType: number,
  station: Uint8Array,
  packets: number,
  packetBytes: number,
): BareEnd {
  const descriptor = socket(AF_PACKET, SOCK_DGRAM_NONBLOCK, 0)
  const address = new Uint8Array(NAME_BYTES)
  const addressView = new DataView(address.buffer)
  addressView.setUint16(0, AF_PACKET, true)
  addressView.setUint16(2, etherType)
  addressView.setInt32(4, indexOf(name), true)
  address[11] = 6
  address.set(station, 12)
  if (descriptor < 0 || bind(descriptor, address, NAME_BYTES) < 0)
    throw new Error(`cannot open ${name}: ${koffi.errno()}`)
  const outgoing = layOut(packets, packetBytes, address)
  const incoming = layOut(packets, 2048, address)
  return {
    send: () => sendmmsg(descriptor, outgoing.at, packets, MSG_DONTWAIT),
    receive() {
      incoming.reset()
      return recvmmsg(descriptor, incoming.at, packets, MSG_DONTWAIT, null)
    },
    close: () => void close(descriptor),
  }
}

function layOut(packets: number, packetBytes: number, name: Uint8Array): { readonly at: bigint; reset(): void } {
  const memory = new ArrayBuffer(packets * (HEADER_BYTES + VECTOR_BYTES + NAME_BYTES + packetBytes))
  const at = koffi.address(memory)
  const view = new DataView(memory)
  const vectorsAt = packets * HEADER_BYTES
  const namesAt = vectorsAt + packets * VECTOR_BYTES
  const octetsAt = namesAt + packets * NAME_BYTES
  for (let packet = 0; packet < packets; packet++) {
    const header = packet * HEADER_BYTES
    const vector = vectorsAt + packet * VECTOR_BYTES
    const nameAt = namesAt + packet * NAME_BYTES
    new Uint8Array(memory, nameAt, NAME_BYTES).set(name)
    view.setBigUint64(header, at + BigInt(nameAt), true)
    view.setBigUint64(header + 16, at + BigInt(vector), true)
    view.setBigUint64(header + 24, 1n, true)
    view.setBigUint64(vector, at + BigInt(octetsAt + packet * packetBytes), true)
    view.setBigUint64(vector + 8, BigInt(packetBytes), true)
  }
  const reset = (): void => {
    for (let packet = 0; packet < packets; packet++) view.setUint32(packet * HEADER_BYTES + 8, NAME_BYTES, true)
  }
  reset()
  return { at, reset }
}

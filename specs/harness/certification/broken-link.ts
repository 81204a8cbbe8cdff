import type { Link } from 'viewnet/link'
import { PacketCodec, type Message, type Packet } from 'viewnet/wire'

/** What a broken converter sends in place of one message; it may remember what it has seen. */
export type Breakage = (message: Message) => readonly Message[]

/** A link that breaks what is sent through it, each packet with a CRC that is right. */
export function brokenLink(link: Link, breakage: Breakage): Link {
  const codec = new PacketCodec()
  return {
    get address() {
      return link.address
    },
    start: (receiver) => link.start(receiver),
    send(octets, to) {
      const packet: Packet = codec.decode(octets)
      for (const message of breakage(packet.message)) link.send(codec.encode({ ...packet, message }), to)
    },
    close: () => link.close(),
  }
}

import { runPackets, type Link, type LinkReceiver } from 'viewnet/link'
import type { ObservationPoint } from './record.js'
import type { Side } from './sides.js'

/** Is shown every packet that passes; it only borrows the packet, and never throws. */
export type Observer = (at: ObservationPoint, packet: Uint8Array) => void

/** A link around a link that shows every packet to an observer, and otherwise does what the link does. */
export function tappedLink(link: Link, side: Side, observe: Observer): Link {
  const tapped: Link = {
    get address() {
      return link.address
    },
    start(receiver: LinkReceiver) {
      return link.start({
        packet(packet, from) {
          observe(`${side}-in`, packet)
          receiver.packet(packet, from)
        },
        error: (error) => receiver.error?.(error),
      })
    },
    send(packet, to) {
      // Before it is sent: an answer may come within the call, and must not be seen earlier than what it answers.
      observe(`${side}-out`, packet)
      link.send(packet, to)
    },
    close: () => link.close(),
  }
  if (link.sendRun) {
    tapped.sendRun = (octets, packetBytes, to) => {
      // A run that is none is lost whole, and nothing of it was sent.
      const packets = runPackets(octets, packetBytes)
      for (let at = 0; at < packets * packetBytes; at += packetBytes) {
        observe(`${side}-out`, octets.subarray(at, at + packetBytes))
      }
      link.sendRun?.(octets, packetBytes, to)
    }
  }
  if (link.stats) tapped.stats = () => link.stats!()
  return tapped
}

import type { Link, LinkReceiver } from 'viewnet/link'
import type { ObservationPoint } from './record.js'
import type { Side } from './sides.js'

/** Is shown every packet that passes; it only borrows the packet, and never throws. */
export type Observer = (at: ObservationPoint, packet: Uint8Array) => void

/** A link around a link that shows every packet to an observer, and otherwise does what the link does. */
export function tappedLink(link: Link, side: Side, observe: Observer): Link {
  return {
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
}

/** What can happen to a packet, but for simply arriving. */
export type Fault =
  | { readonly kind: 'lose' }
  /** A copy travels right behind it; the copy is a packet of its own, with a fate of its own. */
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'delay'; readonly byMs: number }
  /** @property bit - the bit that flips, counted from the most significant one of octet 0, modulo the packet's length */
  | { readonly kind: 'corrupt'; readonly bit: number }

/** The fault of the packet with that number, from 0 in the order of sending. */
export interface PlacedFault {
  readonly packet: number
  readonly fault: Fault
}

/** Decides each packet's fate; undefined: it simply arrives. Asked once for each packet, in the order of sending. */
export type Fates = (packet: number) => Fault | undefined

/** Exactly these faults; everything else simply arrives. @param faults - in ascending order of packets */
export function exactly(faults: readonly PlacedFault[]): Fates {
  let at = 0
  return (packet) => (faults[at]?.packet === packet ? faults[at++]?.fault : undefined)
}

/** Faults in words, such as `lose 3, delay 5 by 700 ms`. */
export function faultsName(faults: readonly PlacedFault[]): string {
  if (faults.length === 0) return 'no fault'
  return faults
    .map(({ packet, fault }) => {
      if (fault.kind === 'delay') return `delay ${packet} by ${fault.byMs} ms`
      return fault.kind === 'corrupt' ? `corrupt ${packet} in bit ${fault.bit}` : `${fault.kind} ${packet}`
    })
    .join(', ')
}

/** What the process of the Ethernet figure is asked to measure. */
export type EthernetRole = 'links' | 'bare'

/** What it answers: packets that went through and were seen, or why there are none. */
export type EthernetAnswer = { readonly packetsPerSecond: number } | { readonly whyNot: string }

import type { Fate } from '../../evidence/index.js'
import type { ImpairmentOptions } from '../../impairment/index.js'
import type { CertificationCase } from '../case.js'
import { judgeExchange } from '../judgement.js'

interface NetworkCase {
  readonly id: string
  readonly title: string
  /** What happens to packets that the endpoint receives, and to those that it sends where nothing else is said. */
  readonly incoming: ImpairmentOptions
  readonly outgoing?: ImpairmentOptions
  readonly selective?: boolean
  readonly fates: readonly Fate[]
  readonly mayGiveUp?: boolean
}

/** Fewest resources of which some meet a fate that meets one in ten. */
const ENOUGH = 60

/** An exchange for the whole list over a path that is bad in one way. */
function networkCase({
  id,
  title,
  incoming,
  outgoing = incoming,
  selective = false,
  fates,
  mayGiveUp = false,
}: NetworkCase): CertificationCase {
  return {
    id,
    title,
    async run({ findings, exchange }) {
      const observed = await exchange({ selective, outgoing, incoming })
      const announced = findings.listing?.length
      const isEnough = (announced ?? observed.summary?.announced ?? 0) >= ENOUGH
      return judgeExchange(observed, { status: 'OK', announced, fates: isEnough ? fates : [], mayGiveUp })
    },
  }
}

/**
 * The first question and its answer get through: whether they do is the business of `lost-response`, and on a path that loses half of everything, five
 * tries are often not enough, which says nothing of the converter.
 */
const ANSWERED = ['REQUEST', 'RESPONSE'] as const

/** A tenth of all packets is lost. */
export const loss10 = networkCase({
  id: 'loss-10',
  title: 'an exchange under 10 % loss completes, everything sent again',
  incoming: { dropRatio: 0.1, spared: ANSWERED },
  fates: ['dropped'],
})

/** Three tenths are lost. */
export const loss30 = networkCase({
  id: 'loss-30',
  title: 'an exchange under 30 % loss, once answered, completes or is given up by the rules',
  incoming: { dropRatio: 0.3, spared: ANSWERED },
  selective: true,
  fates: ['dropped'],
  mayGiveUp: true,
})

/** Half of everything is lost. */
export const loss50 = networkCase({
  id: 'loss-50',
  title: 'an exchange under 50 % loss, once answered, completes or is given up by the rules',
  incoming: { dropRatio: 0.5, spared: ANSWERED },
  selective: true,
  fates: ['dropped'],
  mayGiveUp: true,
})

/** Packets overtake each other. */
export const reordered = networkCase({
  id: 'reordered',
  title: 'an exchange whose packets overtake each other completes',
  incoming: { reorderRatio: 0.3 },
  selective: true,
  fates: ['delayed'],
})

/** Packets come twice. */
export const duplicated = networkCase({
  id: 'duplicated',
  title: 'an exchange whose packets come twice completes',
  incoming: { duplicateRatio: 0.3 },
  fates: ['duplicated'],
})

/** Packets are damaged on the way to the endpoint; the other way nobody could tell whose they were. */
export const corrupted = networkCase({
  id: 'corrupted',
  title: 'damaged packets are dropped by their CRC and made up for, and the exchange completes',
  incoming: { corruptRatio: 0.1, spared: ANSWERED },
  outgoing: {},
  selective: true,
  fates: ['corrupted'],
})

/** Every packet takes its time: the round trip of a satellite's is twice as long. */
export const slow = networkCase({
  id: 'slow',
  title: 'an exchange over a slow path completes',
  incoming: { delayRatio: 1, delayMs: 120 },
  selective: true,
  fates: ['delayed'],
})

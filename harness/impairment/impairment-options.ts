import { z } from 'zod'
import { parseStrictly } from 'viewnet/device'
import { MessageName } from '../evidence/record.js'

/**
 * What happens to the packets of one direction. A packet suffers one thing at most, tried in this order: dropFirst, duplicateFirst, spared, drop,
 * corrupt, duplicate, delay, reorder. Each ratio is that of the packets it is tried on.
 */
export interface ImpairmentOptions {
  /** Drop the first packet of each named message, once in each exchange. Default: none. */
  readonly dropFirst?: readonly MessageName[]
  /** Send the first packet of each named message twice, once in each exchange. Default: none. */
  readonly duplicateFirst?: readonly MessageName[]
  /** Messages that the ratios below do not touch. Default: none. */
  readonly spared?: readonly MessageName[]
  /** Share of packets that are lost, 0–1. Default: 0. */
  readonly dropRatio?: number
  /** Share of packets in which one bit flips, 0–1; a receiver drops them by their CRC. Default: 0. */
  readonly corruptRatio?: number
  /** Share of packets that come twice in a row, 0–1. Default: 0. */
  readonly duplicateRatio?: number
  /** Share of packets that come late, 0–1. Default: 0. */
  readonly delayRatio?: number
  /** How late, 1–60000 ms. Default: 50, a slow wide-area link. */
  readonly delayMs?: number
  /** Share of packets that are held until another of their direction has passed, or for 20 ms, 0–1. Default: 0. */
  readonly reorderRatio?: number
}

/** {@link ImpairmentOptions} with every default filled in. */
export type Impairment = Required<ImpairmentOptions>

const ratio = z.number().min(0).max(1).default(0)
const messages = z.array(z.enum(MessageName)).readonly().default([])

/** Strict: unknown keys are refused. */
export const impairmentSchema = z.strictObject({
  dropFirst: messages,
  duplicateFirst: messages,
  spared: messages,
  dropRatio: ratio,
  corruptRatio: ratio,
  duplicateRatio: ratio,
  delayRatio: ratio,
  delayMs: z.number().min(1).max(60_000).default(50),
  reorderRatio: ratio,
})

/**
 * Check the impairment of one direction without making a link.
 *
 * @throws UsageError `ERR_VIEWNET_OPTION` naming the option, what was expected and what came
 */
export function parseImpairment(options: ImpairmentOptions): Impairment {
  return parseStrictly(impairmentSchema, options, 'impairment')
}

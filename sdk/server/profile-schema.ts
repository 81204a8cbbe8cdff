import { z } from 'zod'
import { MessageType, PacketKind } from '../wire/index.js'

const everyKey = <K extends string, S extends z.ZodType>(keys: readonly K[], schema: S): z.ZodObject<Record<K, S>> =>
  z.strictObject(Object.fromEntries(keys.map((key) => [key, schema])) as Record<K, S>)

const isDistinct = (codes: Readonly<Record<string, number>>): boolean =>
  new Set(Object.values(codes)).size === Object.keys(codes).length

/** A wire profile that can be told apart by whoever receives it: every code within its width, and no two the same. */
export const profileSchema = z.strictObject({
  name: z.string().min(1),
  packetTypes: everyKey(PacketKind, z.int().min(0).max(0x7f)).refine(isDistinct, 'expected distinct packet types'),
  commands: everyKey(MessageType, z.int().min(0).max(0xffff)).refine(isDistinct, 'expected distinct command codes'),
  crcOrder: z.enum(['least-significant-first', 'most-significant-first']),
  udpPort: z.int().min(1).max(0xffff),
  etherType: z.int().min(0x600).max(0xffff),
})

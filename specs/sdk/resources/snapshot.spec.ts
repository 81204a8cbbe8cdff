import { isDeepStrictEqual } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import t from 'tap'
import { DeviceError, type Recording } from '../../../sdk/device/index.js'
import {
  RECORD_BYTES,
  resourceKey,
  SnapshotBuilder,
  type NumberedResource,
  type Snapshot,
  type SnapshotFilter,
} from '../../../sdk/resources/index.js'
import { holds } from '../property.js'

const ALL: SnapshotFilter = { fromMs: 0, toMs: 0, channel: 0, kinds: 0, resourceLimit: 0 }

const recording = (
  identity: string,
  startMs: number,
  endMs: number | undefined,
  more: Partial<Recording> = {},
): Recording => ({
  identity,
  startMs,
  endMs,
  channel: 1,
  kinds: 1,
  ...more,
})

function take(recordings: readonly Recording[], filter: Partial<SnapshotFilter> = {}): Snapshot {
  const builder = new SnapshotBuilder({ ...ALL, ...filter }, 1_000_000)
  builder.add(recordings)
  return builder.build(1_700_000_000_000)
}

const resources = (snapshot: Snapshot): NumberedResource[] =>
  Array.from({ length: snapshot.count }, (_, at) => snapshot.resource(at + 1))

/** Whether one recording is wanted. */
const wants = (filter: Partial<SnapshotFilter>, one: Recording): boolean => take([one], filter).count === 1

t.test('a key is the first 8 octets of SHA-256 of the identity in UTF-8 [protocol 2, RESOURCE]', async (t) => {
  // sha256("abc") and sha256("") as FIPS 180-4's examples give them.
  t.equal(resourceKey('abc'), 0xba7816bf8f01cfean)
  t.equal(resourceKey(''), 0xe3b0c44298fc1c14n)
  // printf '录像' | sha256sum
  t.equal(resourceKey('录像'), 0xc970c85dd1ee0e4cn)
})

t.test('orders by start, then channel, then key, and numbers from 1 [protocol 3]', async (t) => {
  // Keys: sha256("a") begins ca97…, "b" 3e23…, "c" 2e7d….
  const snapshot = take([
    recording('a', 2000, 3000, { channel: 1 }),
    recording('b', 1000, 2000, { channel: 2 }),
    recording('c', 1000, 2000, { channel: 2 }),
    recording('a', 1000, 2000, { channel: 3 }),
    recording('a', 1000, 2000, { channel: 1 }),
  ])
  t.strictSame(
    resources(snapshot).map(({ sequence, startMs, channel, key }) => [sequence, startMs, channel, key >> 48n]),
    [
      [1, 1000, 1, 0xca97n],
      [2, 1000, 2, 0x2e7dn],
      [3, 1000, 2, 0x3e23n],
      [4, 1000, 3, 0xca97n],
      [5, 2000, 1, 0xca97n],
    ],
  )
})

t.test('compares keys as unsigned 64-bit numbers', async (t) => {
  const identities = Array.from({ length: 200 }, (_, at) => `recording ${at}`)
  const keys = resources(take(identities.map((identity) => recording(identity, 5, 6)))).map(({ key }) => key)
  t.strictSame(
    keys,
    identities.map(resourceKey).toSorted((a, b) => (a < b ? -1 : 1)),
  )
})

t.test('keeps what the device told, and 0 for what it did not [protocol 2, RESOURCE]', async (t) => {
  const snapshot = take([
    recording('a', 0, 1, { channel: 65_535, kinds: 0, sizeBytes: Number.MAX_SAFE_INTEGER }),
    recording('b', 1, undefined, { kinds: 0xffff }),
  ])
  t.equal(snapshot.takenAtMs, 1_700_000_000_000)
  t.strictSame(resources(snapshot), [
    { sequence: 1, startMs: 0, endMs: 1, channel: 65_535, kinds: 0, sizeBytes: 2 ** 53 - 1, key: resourceKey('a') },
    { sequence: 2, startMs: 1, endMs: 0, channel: 1, kinds: 0xffff, sizeBytes: 0, key: resourceKey('b') },
  ])
})

t.test(
  'wants a resource whose time range overlaps [from, to), both ends exclusive of what only touches [protocol 2]',
  async (t) => {
    const range = { fromMs: 1000, toMs: 2000 }
    t.notOk(wants(range, recording('before', 500, 1000)), 'ends where the range begins')
    t.ok(wants(range, recording('into', 500, 1001)), 'reaches one millisecond into it')
    t.ok(wants(range, recording('whole', 1000, 2000)))
    t.ok(wants(range, recording('around', 0, 5000)))
    t.ok(wants(range, recording('last', 1999, 3000)), 'begins in its last millisecond')
    t.notOk(wants(range, recording('after', 2000, 3000)), 'begins where the range ends')
  },
)

t.test('takes a range without an end, or without a beginning, as open [protocol 2]', async (t) => {
  t.ok(wants({ fromMs: 1000 }, recording('later', 9_000_000, 9_000_001)))
  t.notOk(wants({ fromMs: 1000 }, recording('earlier', 1, 1000)))
  t.ok(wants({ toMs: 2000 }, recording('earliest', 0, 1)))
  t.notOk(wants({ toMs: 2000 }, recording('late', 2000, 2001)))
  t.ok(wants({}, recording('any', 0, 1)))
})

t.test('takes what is still recording as reaching beyond every range', async (t) => {
  t.ok(wants({ fromMs: 9_000_000 }, recording('open', 1, undefined)))
  t.ok(wants({ fromMs: 1000, toMs: 2000 }, recording('open', 1999, undefined)))
  t.notOk(wants({ toMs: 2000 }, recording('open', 2000, undefined)))
})

t.test('takes a resource that ends where it starts as its first millisecond', async (t) => {
  t.ok(wants({ fromMs: 1000, toMs: 2000 }, recording('at from', 1000, 1000)))
  t.ok(wants({ fromMs: 1000, toMs: 2000 }, recording('last', 1999, 1999)))
  t.notOk(wants({ fromMs: 1000, toMs: 2000 }, recording('at to', 2000, 2000)))
  t.notOk(wants({ fromMs: 1000, toMs: 2000 }, recording('before', 999, 999)))
})

t.test('wants one channel or all, and any of the kinds; an untold kind may be any [protocol 2]', async (t) => {
  t.ok(wants({ channel: 2 }, recording('a', 1, 2, { channel: 2 })))
  t.notOk(wants({ channel: 2 }, recording('a', 1, 2, { channel: 1 })))
  t.ok(wants({ kinds: 6 }, recording('a', 1, 2, { kinds: 3 })))
  t.notOk(wants({ kinds: 6 }, recording('a', 1, 2, { kinds: 9 })))
  t.ok(wants({ kinds: 6 }, recording('a', 1, 2, { kinds: 0 })))
})

t.test('keeps the first of the order when a limit is asked for, not the first that came [protocol 2]', async (t) => {
  const listed = [5, 3, 9, 1, 7].map((startMs) => recording(`r${startMs}`, startMs, startMs + 1))
  const starts = (resourceLimit: number): number[] =>
    resources(take(listed, { resourceLimit })).map(({ startMs }) => startMs)
  t.strictSame(starts(2), [1, 3])
  t.strictSame(starts(0), [1, 3, 5, 7, 9])
  t.strictSame(starts(0xffff_ffff), [1, 3, 5, 7, 9])
})

t.test('says that there are more than it may hold, and counts only what is wanted', async (t) => {
  const builder = new SnapshotBuilder({ ...ALL, channel: 1 }, 2)
  t.ok(builder.add([recording('a', 1, 2), recording('other', 1, 2, { channel: 2 })]))
  t.ok(builder.add([recording('b', 3, 4)]))
  t.ok(builder.add([]), 'an empty page is fine')
  t.notOk(builder.add([recording('c', 5, 6)]))
})

t.test('an empty list is a snapshot of 0', async (t) => {
  const snapshot = take([])
  t.equal(snapshot.count, 0)
  t.throws(() => snapshot.resource(1), RangeError)
})

t.test('gives resources 1 … count alone', async (t) => {
  const snapshot = take([recording('a', 1, 2), recording('b', 3, 4)])
  for (const sequence of [0, -1, 3, 1.5, Number.NaN])
    t.throws(() => snapshot.resource(sequence), RangeError, String(sequence))
})

t.test(
  'never changes: neither what it gave, nor what its builder takes afterwards, reaches it [protocol 3]',
  async (t) => {
    const builder = new SnapshotBuilder(ALL, 10)
    builder.add([recording('a', 1, 2)])
    const snapshot = builder.build(1)
    const before = snapshot.resource(1)
    builder.add([recording('earlier', 0, 1)])
    Object.assign(snapshot.resource(1), { startMs: 99 })
    t.equal(snapshot.count, 1)
    t.strictSame(snapshot.resource(1), before)
  },
)

t.test('refuses what a driver cannot mean, as a fault of the device', async (t) => {
  const bad: readonly Partial<Recording>[] = [
    { startMs: -1 },
    { startMs: 1.5 },
    { startMs: Number.NaN },
    { startMs: 2 ** 53 },
    { endMs: 999 },
    { endMs: 1000.5 },
    { endMs: Infinity },
    { startMs: 0, endMs: 0 },
    { channel: 0 },
    { channel: 65_536 },
    { channel: 1.5 },
    { kinds: -1 },
    { kinds: 65_536 },
    { sizeBytes: -1 },
    { sizeBytes: 0.5 },
    { identity: '' },
    { identity: 'x'.repeat(4097) },
    { identity: undefined as unknown as string },
  ]
  for (const wrong of bad) {
    const name = JSON.stringify(wrong, (_, value: unknown) => (typeof value === 'number' ? String(value) : value))
    const builder = new SnapshotBuilder(ALL, 10)
    const error = t.throws(
      () => builder.add([recording('fine', 1, 2), { ...recording('bad', 1000, 2000), ...wrong }]),
      { code: 'ERR_VIEWNET_DEVICE_FAULT' },
      name,
    )
    t.type(error, DeviceError)
  }
  t.throws(() => take([recording('tape 7', 5, 4)]), { message: /tape 7.*ends at 4.*start 5/ }, 'names the recording')
})

t.test('equals a plain filter, sort and slice over any pages', async (t) => {
  const small = fc.integer({ min: 0, max: 40 })
  const one = fc
    .record({
      identity: fc.uuid(),
      startMs: small,
      length: fc.option(small, { nil: undefined }),
      channel: fc.integer({ min: 1, max: 3 }),
      kinds: fc.integer({ min: 0, max: 15 }),
      sizeBytes: fc.maxSafeNat(),
    })
    .map(({ length, ...rest }): Recording => ({
      ...rest,
      endMs: length === undefined ? undefined : Math.max(1, rest.startMs + length),
    }))
  const list = fc.uniqueArray(one, { maxLength: 200, selector: ({ identity }) => identity })
  const filter = fc.record({
    fromMs: small,
    toMs: small,
    channel: fc.integer({ min: 0, max: 3 }),
    kinds: fc.integer({ min: 0, max: 15 }),
    resourceLimit: fc.constantFrom(0, 1, 7, 1000),
  })
  holds(
    t,
    fc.property(list, filter, fc.integer({ min: 1, max: 50 }), (recordings, filter, pageLength) => {
      const builder = new SnapshotBuilder(filter, 1000)
      for (let at = 0; at < recordings.length; at += pageLength) builder.add(recordings.slice(at, at + pageLength))
      const expected = recordings
        .filter(({ startMs, endMs = Infinity, channel, kinds }) => {
          const last = Math.max(endMs - 1, startMs)
          const inTime = last >= filter.fromMs && (filter.toMs === 0 || startMs < filter.toMs)
          const inKind = filter.kinds === 0 || kinds === 0 || (kinds & filter.kinds) !== 0
          return inTime && inKind && (filter.channel === 0 || channel === filter.channel)
        })
        .map(({ identity, startMs, endMs, channel, kinds, sizeBytes = 0 }) => ({
          startMs,
          endMs: endMs ?? 0,
          channel,
          kinds,
          sizeBytes,
          key: resourceKey(identity),
        }))
        .toSorted((a, b) => a.startMs - b.startMs || a.channel - b.channel || (a.key < b.key ? -1 : 1))
        .slice(0, filter.resourceLimit || undefined)
        .map((row, at) => ({ sequence: at + 1, ...row }))
      return isDeepStrictEqual(resources(builder.build(0)), expected)
    }),
    500,
  )
})

t.test('takes no more than 40 octets of columns for a resource', async (t) => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const columnBytes = (): number => {
    collectGarbage()
    collectGarbage()
    return process.memoryUsage().arrayBuffers
  }
  const count = 100_000
  const page = [recording('same', 0, 1)]
  const before = columnBytes()
  let builder: SnapshotBuilder | undefined = new SnapshotBuilder(ALL, count)
  for (let at = 0; at < count; at++) builder.add(page)
  const snapshot = builder.build(0)
  builder = undefined
  const bytes = (columnBytes() - before) / count
  t.equal(snapshot.count, count)
  t.ok(bytes > 30 && bytes <= 40, `${bytes} octets a resource`)
})

t.test(
  'orders a long list that comes channel by channel, and any other, as a plain sort does [protocol 3]',
  async (t) => {
    // More than two chunks of 4096 records.
    const count = 10_000
    const startOf = (at: number): number => (at * 7919) % 5000
    const byChannel = Array.from({ length: count }, (_, at) =>
      recording(`r${at}`, at % 2500, 9000, { channel: 1 + Math.floor(at / 2500) }),
    )
    const scattered = Array.from({ length: count }, (_, at) =>
      recording(`r${at}`, startOf(at), 9000, { channel: 1 + (at % 3) }),
    )
    for (const list of [byChannel, scattered, byChannel.toReversed()]) {
      for (const resourceLimit of [0, 10, 9000]) {
        const expected = list
          .map(({ identity, startMs, channel }) => ({ startMs, channel, key: resourceKey(identity) }))
          .toSorted((a, b) => a.startMs - b.startMs || a.channel - b.channel || (a.key < b.key ? -1 : 1))
          .slice(0, resourceLimit || count)
        const snapshot = take(list, { resourceLimit })
        t.strictSame(
          resources(snapshot).map(({ startMs, channel, key }) => ({ startMs, channel, key })),
          expected,
        )
      }
    }
  },
)

t.test('gives a record octet for octet as its resource stands in a RESOURCE [protocol 2]', async (t) => {
  const snapshot = take([
    recording('b', 0x0102_0304_0506, 0x0102_0304_0507, { channel: 0x0a0b, kinds: 0x0c0d, sizeBytes: 0x11_1213_1415 }),
    recording('a', 1, undefined),
  ])
  const hexOf = (sequence: number): string => {
    const at = snapshot.recordOffset(sequence)
    return Buffer.from(snapshot.recordOctets(sequence).subarray(at, at + RECORD_BYTES)).toString('hex')
  }
  // sha256("a") begins ca978112ca1bbdca, sha256("b") 3e23e8160039594a.
  t.equal(hexOf(1), '00000000000000010000000000000000000100010000000000000000ca978112ca1bbdca')
  t.equal(hexOf(2), '000001020304050600000102030405070a0b0c0d00000011121314153e23e8160039594a')
})

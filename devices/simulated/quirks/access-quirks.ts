import { AccessControl, type AccessWays } from '../access-control.js'
import { UsernameTokenAuthentication, type Credentials } from '../authentication.js'
import { DeviceClock, type ClockPlan } from '../device-clock.js'
import { HttpDigestAuthentication, type NonceLife } from '../http-digest.js'
import { chosenFrom, type QuirkSet } from './quirk-set.js'
import type { QuirkName } from './quirks.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Soon over, so that every listing meets a stale nonce. */
const NONCE_LIFE: NonceLife = { maxUses: 4, maxAgeMs: 30_000 }

const digestOnly = (credentials: Credentials): AccessWays => ({
  httpDigest: new HttpDigestAuthentication(credentials, NONCE_LIFE),
})

/** The first that is chosen counts. */
const ACCESS_QUIRKS: Readonly<Partial<Record<QuirkName, (credentials: Credentials) => AccessWays>>> = {
  'http-digest-only': digestOnly,
  'http-digest-and-wss': (credentials) => ({
    ...digestOnly(credentials),
    usernameToken: new UsernameTokenAuthentication(credentials),
  }),
  'no-authentication': () => ({}),
  // Only HTTP Digest asks with 401.
  'closes-on-401': digestOnly,
}

const CLOCK_QUIRKS: Readonly<Partial<Record<QuirkName, Partial<ClockPlan>>>> = {
  // Beyond the five minutes to either side that a token is good for.
  'clock-minutes-off': { offsetMs: 7 * MINUTE_MS + 13_000 },
  'clock-hours-off': { offsetMs: -9 * HOUR_MS },
  'clock-drifts': { jumps: { everyRequests: 6, byMs: 3 * HOUR_MS } },
}

/** Whom a recorder with these quirks lets in; without credentials everybody. */
export function accessControlOf(credentials: Credentials | undefined, quirks: QuirkSet): AccessControl {
  if (credentials === undefined) return new AccessControl({})
  const ways = chosenFrom(ACCESS_QUIRKS, quirks)[0]
  return new AccessControl(ways?.(credentials) ?? { usernameToken: new UsernameTokenAuthentication(credentials) })
}

/** The clock of a recorder with these quirks; `offsetMs` comes on top of theirs, and all of it on top of `nowMs`, ms since 1970. */
export function deviceClockOf(offsetMs: number, quirks: QuirkSet, nowMs?: () => number): DeviceClock {
  const plans = chosenFrom(CLOCK_QUIRKS, quirks)
  const plan = {
    offsetMs: plans.reduce((sum, { offsetMs: more = 0 }) => sum + more, offsetMs),
    jumps: plans.find(({ jumps }) => jumps !== undefined)?.jumps,
  }
  return new DeviceClock(plan, nowMs)
}

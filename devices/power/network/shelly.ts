import type { ParsedOptionsOf } from '../options.js'

/**
 * The requests of Shelly's relays from the second generation on (shelly-api-docs.shelly.cloud, Gen2, Switch): `Switch.Set` and `Switch.GetStatus`, whose
 * `output` is the relay's. Their only user is `admin`, proved by HTTP Digest with SHA-256.
 */
export function shellyRequests(options: ParsedOptionsOf<'shelly'>): ParsedOptionsOf<'http'> {
  const base = options.url.replace(/\/+$/, '')
  const outlet = String(options.switch)
  const { safeState, replyTimeoutMs, settleTimeoutMs, user = 'admin', password } = options
  return {
    driver: 'http',
    outlet,
    on: `${base}/rpc/Switch.Set?id={outlet}&on=true`,
    off: `${base}/rpc/Switch.Set?id={outlet}&on=false`,
    state: { request: `${base}/rpc/Switch.GetStatus?id={outlet}`, pointer: '/output', on: 'true', off: 'false' },
    safeState,
    replyTimeoutMs,
    settleTimeoutMs,
    ...(password === undefined ? {} : { user, password }),
  }
}

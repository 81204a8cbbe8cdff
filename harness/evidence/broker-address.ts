import { UsageError } from 'viewnet/device'

/** Environment variables with a broker's credentials, for those that do not want them in a command line. */
export const BROKER_USERNAME_VARIABLE = 'VIEWNET_BROKER_USERNAME'
export const BROKER_PASSWORD_VARIABLE = 'VIEWNET_BROKER_PASSWORD'

/** Where a broker listens and who we are there. */
export interface BrokerAddress {
  /** `mqtt://HOST:PORT` or `mqtts://HOST:PORT`, without credentials: the only form that may be shown. */
  readonly url: string
  readonly username: string | undefined
  readonly password: string | undefined
}

const DEFAULT_PORTS = new Map([
  ['mqtt:', 1883],
  ['mqtts:', 8883],
])

/**
 * Parse a broker's URL, taking credentials from it or, where it has none, from the environment.
 *
 * @param environment - where {@link BROKER_USERNAME_VARIABLE} and {@link BROKER_PASSWORD_VARIABLE} are looked up
 * @throws UsageError `ERR_VIEWNET_ADDRESS` when it is no `mqtt://` or `mqtts://` URL; the message holds no credentials
 */
export function parseBrokerAddress(
  text: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): BrokerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const defaultPort = url && DEFAULT_PORTS.get(url.protocol)
  if (
    !url ||
    defaultPort === undefined ||
    url.hostname === '' ||
    /^\/?$/.test(url.pathname) === false ||
    url.search + url.hash !== ''
  ) {
    throw new UsageError(
      'ERR_VIEWNET_ADDRESS',
      `broker: expected mqtt://HOST:PORT or mqtts://HOST:PORT, got '${withoutCredentials(text)}'`,
    )
  }
  return {
    url: `${url.protocol}//${url.hostname}:${url.port === '' ? defaultPort : url.port}`,
    username: decodeURIComponent(url.username) || environment[BROKER_USERNAME_VARIABLE],
    password: decodeURIComponent(url.password) || environment[BROKER_PASSWORD_VARIABLE],
  }
}

/** Cut whatever may be credentials, also from text that is no URL: everything up to the last @. */
function withoutCredentials(text: string): string {
  return text.replace(/^([a-z]+:\/{0,2})?.*@/is, '$1…@')
}

import { UsageError } from 'viewnet/device'

/** Environment variables with a broker's credentials, for those that do not want them in a command line. */
export const BROKER_USERNAME_VARIABLE = 'VIEWNET_BROKER_USERNAME'
export const BROKER_PASSWORD_VARIABLE = 'VIEWNET_BROKER_PASSWORD'
/** Environment variables with paths of PEM files: who signed the broker's certificate, and our own certificate and its key. */
export const BROKER_CA_VARIABLE = 'VIEWNET_BROKER_CA'
export const BROKER_CERTIFICATE_VARIABLE = 'VIEWNET_BROKER_CERT'
export const BROKER_KEY_VARIABLE = 'VIEWNET_BROKER_KEY'

/** Paths of PEM files for `mqtts://`. */
export interface BrokerCertificatePaths {
  /** Who signed the broker's certificate; undefined: who Node trusts. */
  readonly ca: string | undefined
  /** Our own certificate, and its key; both or neither. */
  readonly certificate: string | undefined
  readonly key: string | undefined
}

/** Where a broker listens and who we are there. */
export interface BrokerAddress {
  /** `mqtt://HOST:PORT` or `mqtts://HOST:PORT`, without credentials: the only form that may be shown. */
  readonly url: string
  readonly username: string | undefined
  readonly password: string | undefined
  /** Undefined for `mqtt://`. */
  readonly certificates: BrokerCertificatePaths | undefined
}

const DEFAULT_PORTS = new Map([
  ['mqtt:', 1883],
  ['mqtts:', 8883],
])

/**
 * Parse a broker's URL, taking credentials from it or, where it has none, from the environment.
 *
 * @param environment - where {@link BROKER_USERNAME_VARIABLE}, {@link BROKER_PASSWORD_VARIABLE} and, for `mqtts://`,
 * {@link BROKER_CA_VARIABLE}, {@link BROKER_CERTIFICATE_VARIABLE} and {@link BROKER_KEY_VARIABLE} are looked up
 * @throws UsageError `ERR_VIEWNET_ADDRESS` when it is no `mqtt://` or `mqtts://` URL; the message holds no credentials; `ERR_VIEWNET_CREDENTIALS`
 * when there is a certificate without its key, or the other way round
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
    !/^\/?$/.test(url.pathname) ||
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
    certificates: url.protocol === 'mqtts:' ? certificatePaths(environment) : undefined,
  }
}

function certificatePaths(environment: Readonly<Record<string, string | undefined>>): BrokerCertificatePaths {
  const [ca, certificate, key] = [BROKER_CA_VARIABLE, BROKER_CERTIFICATE_VARIABLE, BROKER_KEY_VARIABLE].map(
    // Empty is what a shell makes of a variable that is to be as if unset.
    (name) => environment[name] || undefined,
  )
  if ((certificate === undefined) !== (key === undefined)) {
    const [there, missing] =
      key === undefined
        ? [BROKER_CERTIFICATE_VARIABLE, BROKER_KEY_VARIABLE]
        : [BROKER_KEY_VARIABLE, BROKER_CERTIFICATE_VARIABLE]
    throw new UsageError('ERR_VIEWNET_CREDENTIALS', `broker: expected ${missing} together with ${there}, got it unset`)
  }
  return { ca, certificate, key }
}

/** Cut whatever may be credentials, also from text that is no URL: everything up to the last @. */
function withoutCredentials(text: string): string {
  return text.replace(/^([a-z]+:\/{0,2})?.*@/is, '$1…@')
}

import { readFile } from 'node:fs/promises'
import { UsageError } from 'viewnet/device'
import {
  BROKER_CA_VARIABLE,
  BROKER_CERTIFICATE_VARIABLE,
  BROKER_KEY_VARIABLE,
  type BrokerAddress,
} from './broker-address.js'

/** What TLS needs, as mqtt.js takes it. */
export interface BrokerCertificates {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/**
 * Read certificates and key of an `mqtts://` broker; nothing for `mqtt://`. Read for every connection: what was renewed meanwhile is used.
 *
 * @throws UsageError `ERR_VIEWNET_CREDENTIALS` naming the variable and the file
 */
export async function readBrokerCertificates({ certificates }: BrokerAddress): Promise<BrokerCertificates> {
  if (!certificates) return {}
  const [ca, cert, key] = await Promise.all([
    read(BROKER_CA_VARIABLE, certificates.ca),
    read(BROKER_CERTIFICATE_VARIABLE, certificates.certificate),
    read(BROKER_KEY_VARIABLE, certificates.key),
  ])
  return { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) }
}

async function read(variable: string, path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined
  try {
    return await readFile(path)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError('ERR_VIEWNET_CREDENTIALS', `${variable}: expected a PEM file to read, got ${reason}`, {
      cause,
    })
  }
}

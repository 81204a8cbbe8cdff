import { Acceleration, parseLinkAddress, parseUdpAddress, type UdpAddress } from 'viewnet/link'
import { z } from 'zod'
import { linkAddress, messageNumber, parsedBy } from './field-schemas.js'

/** The number of a converter under test for which a bench file names none: that of every example. */
export const DEFAULT_CONVERTER_NUMBER = '00001-00020-00300-04000'

const peerAddress = parsedBy(parsePeerAddress, 'Numeric UDP address of one host, such as udp://192.0.2.9:28200')

const admittedAddress = parsedBy(
  parseAdmittedAddress,
  'Address of an endpoint that may ask, such as udp://127.0.0.1:28300, without a port every port of that address; or a station, such as ethernet:eth1/02:00:5e:10:00:01',
)

/** The converter that `viewnet serve` is. */
export const servedConverterSchema = z.strictObject({
  number: messageNumber,
  link: linkAddress,
  peers: z.array(admittedAddress).min(1),
  acceleration: z
    .enum(Acceleration)
    .default(Acceleration.auto)
    .describe('Whether a UDP link takes many packets by one system call: where it can, never, or it does not start'),
})

/** Somebody's converter that listens elsewhere, for `viewnet certify`. */
export const blackBoxConverterSchema = z.strictObject({
  address: peerAddress.describe('Where it listens'),
  number: messageNumber.optional().describe(`Its number; left out: ${DEFAULT_CONVERTER_NUMBER}`),
  endpoint: peerAddress
    .optional()
    .describe(
      'Our own address, the one that it admits; left out: port 28300 of the address that the route to it begins at',
    ),
  secondEndpoint: peerAddress
    .optional()
    .describe('Another address of ours that it admits; left out: the case of two endpoints is not run'),
  wrongCredentialsDevice: messageNumber
    .optional()
    .describe('A device that it reaches with a password that is wrong; left out: that case is not run'),
  unknownDevice: messageNumber
    .optional()
    .describe('A device that it does not know; left out: a number beside that of the device under test'),
})

/** The `converter:` part of a bench file: what `viewnet serve` is to be, or where the converter is that `viewnet certify` is to test. */
export const converterSchema = z
  .union([peerAddress, blackBoxConverterSchema, servedConverterSchema])
  .describe('What viewnet serve is to be, or the address of a converter that viewnet certify is to test')

/** The `converter:` part of a bench file, in any of its forms. */
export type BenchConverter = z.output<typeof converterSchema>
/** What `viewnet serve` is to be. */
export type ServedConverter = z.output<typeof servedConverterSchema>
/** Where the converter under test is; an address alone is short for it. */
export type BlackBoxConverter = z.output<typeof blackBoxConverterSchema>

/** The converter under test that a bench file names; undefined where its converter is for `viewnet serve`, or there is none. */
export function blackBoxOf(converter: BenchConverter | undefined): BlackBoxConverter | undefined {
  if (typeof converter === 'string') return { address: converter }
  return converter && 'address' in converter ? converter : undefined
}

/** The converter that `viewnet serve` is to be; undefined where the bench file's is one to test, or there is none. */
export function servedOf(converter: BenchConverter | undefined): ServedConverter | undefined {
  return typeof converter === 'object' && 'link' in converter ? converter : undefined
}

/** @throws UsageError `ERR_VIEWNET_ADDRESS`; RangeError for a port that nobody sends from */
function parseAdmittedAddress(text: string): void {
  parseLinkAddress(text)
  if (text.startsWith('udp:') && parseUdpAddress(text).port === 0)
    throw new RangeError(`expected a port of 1–65535, or none for every port of that address, got '${text}'`)
}

/** @throws UsageError `ERR_VIEWNET_ADDRESS`; RangeError for an address that nobody can be at */
function parsePeerAddress(text: string): UdpAddress {
  const address = parseUdpAddress(text)
  if (address.port === 0) throw new RangeError(`expected a port of 1–65535, got '${text}'`)
  if (/^(0\.0\.0\.0|::)$/.test(address.host)) throw new RangeError(`expected the address of one host, got '${text}'`)
  return address
}

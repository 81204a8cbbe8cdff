import { parseUdpAddress, type UdpAddress } from 'viewnet/link'
import { parseMessageNumber } from 'viewnet/wire'
import { z } from 'zod'
import { parsedBy } from './parsed-by.js'

/** The number of a converter under test for which a bench file names none: that of every example. */
export const DEFAULT_CONVERTER_NUMBER = '00001-00020-00300-04000'

const messageNumber = parsedBy(parseMessageNumber)
const linkAddress = parsedBy((text) => parseUdpAddress(text))
const peerAddress = parsedBy(parsePeerAddress)

/** The converter that `viewnet serve` is. */
const served = z.strictObject({
  number: messageNumber,
  link: linkAddress,
  peers: z.array(linkAddress).min(1),
})

/** Somebody's converter that listens elsewhere, for `viewnet certify`. */
const blackBox = z.strictObject({
  /** Where it listens. */
  address: peerAddress,
  /** Left out: {@link DEFAULT_CONVERTER_NUMBER}. */
  number: messageNumber.optional(),
  /** Our own address, the one that it admits; left out: port 28300 of the address that the route to it begins at. */
  endpoint: peerAddress.optional(),
  /** A device that it reaches with a password that is wrong; left out: that case is not run. */
  wrongCredentialsDevice: messageNumber.optional(),
  /** A device that it does not know; left out: a number beside that of the device under test. */
  unknownDevice: messageNumber.optional(),
})

/** The `converter:` part of a bench file: what `viewnet serve` is to be, or where the converter is that `viewnet certify` is to test. */
export const converterSchema = z.union([peerAddress, blackBox, served])

/** The `converter:` part of a bench file, in any of its forms. */
export type BenchConverter = z.output<typeof converterSchema>
/** What `viewnet serve` is to be. */
export type ServedConverter = z.output<typeof served>
/** Where the converter under test is; an address alone is short for it. */
export type BlackBoxConverter = z.output<typeof blackBox>

/** The converter under test that a bench file names; undefined where its converter is for `viewnet serve`, or there is none. */
export function blackBoxOf(converter: BenchConverter | undefined): BlackBoxConverter | undefined {
  if (typeof converter === 'string') return { address: converter }
  return converter && 'address' in converter ? converter : undefined
}

/** The converter that `viewnet serve` is to be; undefined where the bench file's is one to test, or there is none. */
export function servedOf(converter: BenchConverter | undefined): ServedConverter | undefined {
  return typeof converter === 'object' && 'link' in converter ? converter : undefined
}

/** @throws UsageError `ERR_VIEWNET_ADDRESS`; RangeError for an address that nobody can be at */
function parsePeerAddress(text: string): UdpAddress {
  const address = parseUdpAddress(text)
  if (address.port === 0) throw new RangeError(`expected a port of 1–65535, got '${text}'`)
  if (/^(0\.0\.0\.0|::)$/.test(address.host)) throw new RangeError(`expected the address of one host, got '${text}'`)
  return address
}

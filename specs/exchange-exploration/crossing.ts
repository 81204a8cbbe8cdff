import { PacketCodec, type Message as ConverterMessage } from 'viewnet/wire'
import { decodePacket, encodePacket, type Message as EndpointMessage } from '../../harness/endpoint/index.js'
import { CONVERTER_NUMBER, EXCHANGE_NUMBER } from './scenario.js'

const codec = new PacketCodec()
const endpointAddress = { metropolitanArea: 1, access: 1 }
const converterAddress = { metropolitanArea: 1, access: 2 }

/** The octets of what the endpoint says, by its own codec. */
export function endpointOctets(message: EndpointMessage): Uint8Array {
  return encodePacket({
    destination: converterAddress,
    source: endpointAddress,
    label: undefined,
    converterNumber: CONVERTER_NUMBER,
    exchange: EXCHANGE_NUMBER,
    message,
  })
}

/** The octets of what the converter says, by the SDK's codec. */
export function converterOctets(message: ConverterMessage): Uint8Array {
  return codec.encode({ destination: { area: 1, access: 1 }, source: { area: 1, access: 2 }, message })
}

/** What the endpoint's codec reads in octets; it throws for those that a receiver drops. */
export const readByEndpoint = (octets: Uint8Array): EndpointMessage => decodePacket(octets).message

/** What the SDK's codec reads in octets; it throws for those that a receiver drops. */
export const readByConverter = (octets: Uint8Array): ConverterMessage => codec.decode(octets).message

/** What the converter hears when the endpoint says something: through octets, one codec writing, the other reading. */
export const heardByConverter = remembered<EndpointMessage, ConverterMessage>((said) =>
  readByConverter(endpointOctets(said)),
)

/** What the endpoint hears when the converter says something. */
export const heardByEndpoint = remembered<ConverterMessage, EndpointMessage>((said) =>
  readByEndpoint(converterOctets(said)),
)

/** Messages whose crossing is kept; those of all small counts fit, and those of large ones are too many to be worth it. */
const REMEMBERED_MOST = 50_000

/**
 * Both codecs are pure, and most schedules say the same few hundred messages: each goes through octets once and is remembered by all of its
 * values. MISSING is not: its bitmap would make the longest key and the rarest hit.
 */
function remembered<Said extends { readonly type: string }, Heard>(
  cross: (said: Said) => Heard,
): (said: Said) => Heard {
  const known = new Map<string, Heard>()
  return (said) => {
    if (said.type === 'MISSING') return cross(said)
    const key = Object.values(said).join()
    const heard = known.get(key) ?? cross(said)
    if (known.size < REMEMBERED_MOST) known.set(key, heard)
    return heard
  }
}

import { z } from 'zod'

const hexadecimal = z
  .string()
  .regex(/^[0-9a-f]{4}$/i, 'expected four hexadecimal digits')
  .transform((digits) => digits.toLowerCase())

/**
 * Which serial port: a path, or a USB device by what stays the same when it is replugged.
 *
 * A path is best one of `/dev/serial/by-path`, which names the socket; `/dev/ttyUSB0` is given in the order of plugging in. `tcp://HOST:PORT` is the raw
 * port of a terminal server (ser2net and the like).
 */
export const portSchema = z.union(
  [
    z.string().min(1).max(4096),
    z.strictObject({
      vendor: hexadecimal,
      product: hexadecimal,
      /** The device's own serial number; the common CH340 has none. */
      serial: z.string().min(1).max(256).optional(),
      /** The USB socket, as the tail of `/sys/bus/usb/devices` names it: `1-2.3`. */
      location: z
        .string()
        .regex(/^\d{1,3}-\d{1,3}(\.\d{1,3})*$/, 'expected a USB location such as 1-2.3')
        .optional(),
    }),
  ],
  'expected a path, tcp://HOST:PORT, or { vendor, product, serial?, location? }',
)

/** How characters are framed on the line. */
export const framingShape = {
  dataBits: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]).default(8),
  parity: z.enum(['none', 'even', 'odd']).default('none'),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
}

/** Bits per second; the slowest is that of very old terminals, the fastest that of USB bridges. */
export const baudRate = z.int().min(110).max(4_000_000)

/** Which serial port, once checked. */
export type PortReference = z.output<typeof portSchema>

import { createReadStream } from 'node:fs'
import { BenchError } from '../bench/errors.js'

/**
 * What a file holds, piece by piece.
 *
 * @throws BenchError `ERR_VIEWNET_EVIDENCE_FILE` when it cannot be read
 */
export async function* chunksOf(path: string): AsyncGenerator<Buffer, void, undefined> {
  try {
    // Without an encoding the stream gives octets.
    for await (const chunk of createReadStream(path)) yield chunk as Buffer
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BenchError('ERR_VIEWNET_EVIDENCE_FILE', `${path}: expected a file to read, got ${reason}`, { cause })
  }
}

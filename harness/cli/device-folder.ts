import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from 'viewnet/device'
import { redactResponse, redactText, type OnvifExchange } from 'viewnet/devices/onvif'
import { BenchError } from '../bench/index.js'
import { makeFolder } from '../make-folder.js'

/** What stands in `device.json` of each file. */
interface SavedExchange {
  readonly path: string
  readonly status: number
  readonly contentType: string
  readonly durationMs: number
}

/** Who asked; kept out of everything that is saved. */
export interface SavedCredentials {
  readonly user: string
  readonly password: string
}

/**
 * Writes a saved device: its responses in order, without any secret (docs/replay.md). Exchanges come faster than they are written; {@link finish} waits for
 * the last.
 */
export class DeviceFolder {
  readonly #folder: string
  readonly #credentials: SavedCredentials | undefined
  readonly #exchanges: Record<string, SavedExchange> = {}
  #responseCount = 0
  #writing: Promise<void> = Promise.resolve()
  #failure: Error | undefined

  private constructor(folder: string, credentials: SavedCredentials | undefined) {
    this.#folder = folder
    this.#credentials = credentials
  }

  /**
   * Make the folder, with those above it.
   *
   * @throws UsageError `ERR_VIEWNET_OPTION` when it cannot be made, or holds something already: two devices in one folder would be served as one
   */
  static async create(folder: string, credentials: SavedCredentials | undefined): Promise<DeviceFolder> {
    let names: readonly string[]
    try {
      makeFolder(folder)
      names = await readdir(folder)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new UsageError(
        'ERR_VIEWNET_OPTION',
        `option '--save <dir>': expected a folder to write to, got: ${reason}`,
        {
          cause,
        },
      )
    }
    if (names.length > 0)
      throw new UsageError(
        'ERR_VIEWNET_OPTION',
        `option '--save <dir>': expected a new or empty folder, got one that holds '${names[0]}'`,
      )
    return new DeviceFolder(folder, credentials)
  }

  /** Save the response of an exchange; one that never came is passed over. */
  add(exchange: OnvifExchange): void {
    if (exchange.status === undefined) return
    const operation = /^\w{1,64}$/.test(exchange.operation) ? exchange.operation : 'Unknown'
    const name = `${String(++this.#responseCount).padStart(3, '0')}-${operation}.xml`
    const { pathname, search } = new URL(exchange.url)
    const redact = (text: string): string => redactText(text, exchange, this.#credentials)
    this.#exchanges[name] = {
      path: redact(pathname + search),
      status: exchange.status,
      contentType: redact([exchange.headers['content-type'] ?? []].flat().join(', ')),
      durationMs: Math.round(exchange.durationMs),
    }
    this.#write(name, redactResponse(exchange, this.#credentials))
  }

  /**
   * Write `device.json`, once, at the end.
   *
   * @param url - of the device service
   * @param authentication - what the device asked for: `none`, `ws-security`, `http-digest`
   * @throws BenchError `ERR_VIEWNET_SAVE` when anything could not be written
   */
  async finish(url: string, authentication: readonly string[], savedAt: Date): Promise<void> {
    const { pathname, search } = new URL(url)
    const device = {
      format: 'viewnet-saved-device/1',
      savedAt: savedAt.toISOString(),
      path: pathname + search.replaceAll(/=[^&]*/g, '=REMOVED'),
      authentication,
      exchanges: this.#exchanges,
    }
    this.#write('device.json', `${JSON.stringify(device, undefined, 2)}\n`)
    await this.#writing
    if (this.#failure === undefined) return
    throw new BenchError('ERR_VIEWNET_SAVE', `cannot save the device in ${this.#folder}: ${this.#failure.message}`, {
      cause: this.#failure,
    })
  }

  #write(name: string, content: Uint8Array | string): void {
    this.#writing = this.#writing
      .then(() => writeFile(join(this.#folder, name), content))
      .catch((error: unknown) => {
        this.#failure ??= error instanceof Error ? error : new Error(String(error))
      })
  }
}

// The other process of the benchmark: a converter whose devices are at hand, or the bare loop that it is compared with.
import { createSocket } from 'node:dgram'
import { ConversionServer, type MonitoringDevice, type Recording } from 'viewnet'
import { udpLink } from 'viewnet/link'
import {
  CONVERTER_NUMBER,
  DEVICE_SIZES,
  deviceOf,
  type DeviceSize,
  type MemoryReport,
  type PeerReady,
  type PeerRole,
  type SendCommand,
} from './peer-messages.js'

const PAGE_RECORDINGS = 500
const STEP_PACKETS = 64

const role = process.argv[2] as PeerRole

function say(message: PeerReady | MemoryReport): void {
  process.send?.(message)
}

/**
 * A device whose list comes page by page, as fast as it is taken.
 *
 * @param keepsPages - so that nothing but the converter is measured; otherwise each page is made anew, as a driver makes it, and not kept
 */
function deviceWith(size: DeviceSize, keepsPages: boolean): MonitoringDevice {
  const kept: Recording[][] = []
  return {
    describe: () => Promise.reject(new Error('nobody asks in a benchmark')),
    async *listRecordings() {
      for (let first = 0; first < size; first += PAGE_RECORDINGS) {
        if (keepsPages) yield (kept[first / PAGE_RECORDINGS] ??= pageAt(first, size))
        else yield pageAt(first, size)
      }
    },
  }
}

function pageAt(first: number, size: number): Recording[] {
  return Array.from({ length: Math.min(PAGE_RECORDINGS, size - first) }, (_, at) => new ListedRecording(first + at))
}

/** By a class: of literals whose first ones live on, V8 puts all that follow into the old heap, and a thousand lists at once are a gigabyte of garbage there. */
class ListedRecording implements Recording {
  readonly identity: string
  readonly startMs: number
  readonly endMs: number
  readonly channel = 1
  readonly kinds = 1

  constructor(index: number) {
    this.identity = `recording-${index}`
    this.startMs = 1_700_000_000_000 + index * 1000
    this.endMs = this.startMs + 500
  }
}

async function convert(acceleration: 'auto' | 'off', keepsPages = true): Promise<void> {
  const link = udpLink('udp://127.0.0.1:0', { acceleration })
  const server = new ConversionServer({
    number: CONVERTER_NUMBER,
    link,
    peers: ['udp://127.0.0.1'],
    devices: DEVICE_SIZES.map((size) => ({ number: deviceOf(size), device: deviceWith(size, keepsPages) })),
  })
  await server.start()
  const whyNotAccelerated = link.stats?.().whyNotAccelerated
  say({ port: portOf(server.address), ...(whyNotAccelerated !== undefined && { whyNotAccelerated }) })
  process.on('message', () => {
    // Told in KiB.
    say({ residentBytes: process.memoryUsage.rss(), peakBytes: process.resourceUsage().maxRSS * 1024 })
  })
}

function sendBare(): void {
  const octets = Buffer.alloc(86)
  process.on('message', ({ port, packets }: SendCommand) => {
    const socket = createSocket('udp4')
    socket.connect(port, '127.0.0.1', () => {
      let sent = 0
      const step = (): void => {
        for (let packet = 0; packet < STEP_PACKETS && sent < packets; packet++, sent++) socket.send(octets)
        if (sent < packets) setImmediate(step)
        else socket.close()
      }
      step()
    })
  })
  say({ port: 0 })
}

function sendBack(): void {
  const socket = createSocket('udp4')
  socket.on('message', (octets, { port, address }) => socket.send(octets, port, address))
  socket.bind(0, '127.0.0.1', () => say({ port: socket.address().port }))
}

const portOf = (address: string): number => Number(new URL(address.replace('udp:', 'http:')).port)

// Whoever started it is gone, or wants no more.
process.once('disconnect', () => process.exit())

switch (role) {
  case 'converter':
    void convert('auto')
    break
  case 'asking-converter':
    void convert('auto', false)
    break
  case 'plain-converter':
    void convert('off')
    break
  case 'sender':
    sendBare()
    break
  case 'echo':
    sendBack()
    break
}

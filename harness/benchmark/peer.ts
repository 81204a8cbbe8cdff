// The other process of the benchmark: a converter with a list in memory, or a bare loop that only sends.
import { createSocket } from 'node:dgram'
import { ConversionServer, type MonitoringDevice, type Recording } from 'viewnet'
import { CONVERTER_NUMBER, DEVICE_NUMBER, type PeerReady } from './peer-messages.js'

const [role, argument = '', countText = '0'] = process.argv.slice(2)
const count = Number(countText)

function ready(message: PeerReady): void {
  process.send?.(message)
}

/** A device whose list is at hand, so that nothing but the converter is measured. */
function deviceInMemory(): MonitoringDevice {
  const page: Recording[] = Array.from({ length: count }, (_, at) => ({
    startMs: 1_700_000_000_000 + at * 1000,
    endMs: 1_700_000_000_500 + at * 1000,
    channel: 1,
    kinds: 1,
    identity: `recording-${at}`,
  }))
  return {
    describe: () => Promise.reject(new Error('nobody asks in a benchmark')),
    async *listRecordings() {
      yield await Promise.resolve(page)
    },
  }
}

async function serve(peer: string): Promise<void> {
  const server = new ConversionServer({
    number: CONVERTER_NUMBER,
    link: 'udp://127.0.0.1:0',
    peers: [peer],
    devices: [{ number: DEVICE_NUMBER, device: deviceInMemory() }],
  })
  await server.start()
  ready({ port: Number(new URL(server.address.replace('udp:', 'http:')).port) })
}

function sendBare(port: number): void {
  const socket = createSocket('udp4')
  const octets = Buffer.alloc(86)
  socket.connect(port, '127.0.0.1', () => {
    ready({ port })
    let sent = 0
    const step = (): void => {
      for (let packet = 0; packet < 64 && sent < count; packet++, sent++) socket.send(octets)
      if (sent < count) setImmediate(step)
      else setTimeout(() => process.exit(0), 200)
    }
    step()
  })
}

if (role === 'bare') sendBare(Number(argument))
else void serve(argument)

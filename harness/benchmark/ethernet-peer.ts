// The process of the Ethernet figure: it moves into a network namespace of its own, so that nothing of the machine's network is touched.
import { execFileSync } from 'node:child_process'
import { DEFAULT_ETHER_TYPE, ethernetLink, parseEthernetAddress } from 'viewnet/link'
import type { EthernetAnswer, EthernetRole } from './ethernet-messages.js'

const CLONE_NEWNET = 0x4000_0000
const PACKETS = 98_304
const RUN_PACKETS = 64
const PACKET_BYTES = 86
/** Bare sockets drain at once what they sent; of what Linux grants them without being asked, this is half. */
const BARE_WINDOW_PACKETS = 128
/** Links take turns with the event loop: as many on their way as two of its turns bring, and never more than half of what the receiver's buffer holds. */
const WINDOW_PACKETS = 1024

/** @throws Error why there can be no network of our own here */
async function enterOwnNetwork(): Promise<void> {
  if (process.platform !== 'linux') throw new Error(`this is ${process.platform}; raw Ethernet needs Linux`)
  const { default: koffi } = await import('koffi')
  const unshare = koffi.load(null).func('unshare', 'int', ['int']) as (flags: number) => number
  if (unshare(CLONE_NEWNET) !== 0) throw new Error('no network namespace may be made here; it takes CAP_SYS_ADMIN')
  for (const words of ['link add one type veth peer name other', 'link set one up', 'link set other up']) {
    execFileSync('ip', words.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] })
  }
}

async function throughLinks(): Promise<number> {
  const [one, other] = [ethernetLink('ethernet:one'), ethernetLink('ethernet:other')]
  let received = 0
  await one.start({ packet() {} })
  await other.start({ packet: () => (received += 1) })
  const to = `ethernet:one/${parseEthernetAddress(other.address).station}`
  const run = new Uint8Array(RUN_PACKETS * PACKET_BYTES)
  const windowPackets = Math.min(WINDOW_PACKETS, (other.stats?.().receiveBurstPackets ?? 0) / 2)
  const startedAtMs = performance.now()
  let sent = 0
  while (received < PACKETS) {
    while (sent < PACKETS && sent - received < windowPackets) {
      one.sendRun?.(run, PACKET_BYTES, to)
      sent += RUN_PACKETS
    }
    if (performance.now() - startedAtMs > 30_000) throw new Error(`${sent - received} packets were lost`)
    await new Promise(setImmediate)
  }
  const passedMs = performance.now() - startedAtMs
  await Promise.all([one.close(), other.close()])
  return PACKETS / (passedMs / 1000)
}

async function throughBareSockets(): Promise<number> {
  const { openBareEnd } = await import('./bare-ethernet.js')
  const link = ethernetLink('ethernet:other')
  await link.start({ packet() {} })
  const station = Buffer.from((parseEthernetAddress(link.address).station ?? '').replaceAll(':', ''), 'hex')
  await link.close()
  const one = openBareEnd('one', DEFAULT_ETHER_TYPE, station, RUN_PACKETS, PACKET_BYTES)
  const other = openBareEnd('other', DEFAULT_ETHER_TYPE, station, RUN_PACKETS, PACKET_BYTES)
  const startedAtMs = performance.now()
  let received = 0
  while (received < PACKETS) {
    for (let sent = 0; sent < BARE_WINDOW_PACKETS; sent += one.send());
    for (let came = 1; came > 0;) received += Math.max((came = other.receive()), 0)
  }
  const passedMs = performance.now() - startedAtMs
  one.close()
  other.close()
  return received / (passedMs / 1000)
}

let entered: Promise<void> | undefined

async function answer(role: EthernetRole): Promise<EthernetAnswer> {
  try {
    await (entered ??= enterOwnNetwork())
    return { packetsPerSecond: role === 'links' ? await throughLinks() : await throughBareSockets() }
  } catch (error) {
    return { whyNot: error instanceof Error ? error.message.split('\n', 1)[0]! : String(error) }
  }
}

process.on('message', (role: EthernetRole) => void answer(role).then((answered) => process.send?.(answered)))
process.once('disconnect', () => process.exit())

import { networkInterfaces } from 'node:os'
import { MemoryNetwork, udpLink, type Acceleration } from '../../../sdk/link/index.js'
import { loadSystemCalls } from '../../../sdk/link/system-calls.js'
import { testContract, type KindOfLink } from './contract.js'

const hasIPv6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)
const system = await loadSystemCalls()

function udpKind(host: string, acceleration: Acceleration): KindOfLink {
  const isAccelerated = acceleration === 'required'
  const why = isAccelerated && 'whyNot' in system ? system.whyNot : host === '[::1]' && !hasIPv6 && 'no IPv6 here'
  return {
    name: `UDP over ${host}, acceleration ${acceleration}`,
    skip: why,
    pair: () => [udpLink(`udp://${host}:0`, { acceleration }), udpLink(`udp://${host}:0`, { acceleration })],
    stats: { kind: isAccelerated ? 'udp-accelerated' : 'udp', isAccelerated },
    nobody: `udp://${host}:9`,
    packetBytesMost: 65_507,
  }
}

const kinds: readonly KindOfLink[] = [
  {
    name: 'memory',
    skip: false,
    pair() {
      const network = new MemoryNetwork()
      return [network.link('one'), network.link('other')]
    },
    stats: { kind: 'memory', isAccelerated: false },
    nobody: 'memory:nobody',
    packetBytesMost: Infinity,
  },
  udpKind('127.0.0.1', 'off'),
  udpKind('[::1]', 'off'),
  udpKind('127.0.0.1', 'required'),
  udpKind('[::1]', 'required'),
]

for (const kind of kinds) testContract(kind)

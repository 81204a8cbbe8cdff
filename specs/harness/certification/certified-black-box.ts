import { join } from 'node:path'
import { ConversionServer } from 'viewnet'
import { udpLink, type Link } from 'viewnet/link'
import { certify, simulatedDevice, type BlackBoxOptions } from '../../../harness/certification/index.js'
import type { RunRecord } from '../../../harness/report/index.js'
import { freePort } from '../../free-port.js'
import { casesNamed } from './certified.js'

const NUMBER = '00001-00020-00300-04000'

/** A free UDP address on loopback. */
export async function freeAddress(): Promise<string> {
  return `udp://127.0.0.1:${await freePort('udp')}`
}

/** What stands at the address, and how it is described. */
export interface BlackBoxChange extends Partial<BlackBoxOptions> {
  /** Around the converter's link. */
  readonly link?: (link: Link) => Link
  /** The device that the converter has, and the one that the bench reaches; default the same. */
  readonly isDeviceGone?: boolean
}

/** Certify a converter at an address, which has a small simulated recorder, by some cases of the catalogue. */
export async function certifiedBlackBox(
  folder: string,
  caseIds: readonly string[],
  { link = (each) => each, isDeviceGone = false, ...change }: BlackBoxChange = {},
): Promise<RunRecord> {
  const device = await simulatedDevice(7, 30)
  const absent = await simulatedDevice(7, 30)
  await absent.close()
  const endpoint = await freeAddress()
  const driver = device.open()
  const server = new ConversionServer({
    number: NUMBER,
    link: link(udpLink('udp://127.0.0.1:0')),
    peers: [endpoint, ...(change.secondEndpoint === undefined ? [] : [change.secondEndpoint])],
    devices: [{ number: device.number, device: driver }],
  })
  server.on('error', () => undefined)
  await server.start()
  try {
    return await certify({
      run: 'spec',
      device: isDeviceGone ? absent : device,
      blackBox: { address: server.address, number: NUMBER, endpoint, ...change },
      seed: 7,
      site: 'lab',
      station: 'bench',
      broker: undefined,
      report: join(folder, 'report'),
      reproduce: 'viewnet certify',
      versions: {},
      signal: new AbortController().signal,
      onEvent: () => undefined,
      cases: casesNamed(caseIds),
    })
  } finally {
    await server.close()
    await driver.close?.()
    await device.close()
  }
}

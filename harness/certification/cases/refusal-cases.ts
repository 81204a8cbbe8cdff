import type { CertificationCase } from '../case.js'
import { judgeExchange } from '../judgement.js'

/** The device behind wrong credentials. */
export const wrongCredentials: CertificationCase = {
  id: 'wrong-credentials',
  title: 'wrong credentials are answered DEVICE_REFUSED, not with an empty list',
  async run({ numbers, exchange }) {
    const deviceNumber = numbers.wrongCredentials
    if (deviceNumber === undefined) {
      return {
        outcome: 'not-applicable',
        measurements: [],
        why: 'the bench knows no credentials of this device, so there are no wrong ones',
      }
    }
    return judgeExchange(await exchange({ deviceNumber }), { status: 'DEVICE_REFUSED', announced: 0 })
  },
}

/** A device that the converter does not know. */
export const unknownDevice: CertificationCase = {
  id: 'unknown-device',
  title: 'a device number that nobody has is answered UNKNOWN_DEVICE',
  async run({ numbers, exchange }) {
    return judgeExchange(await exchange({ deviceNumber: numbers.unknown }), { status: 'UNKNOWN_DEVICE', announced: 0 })
  },
}

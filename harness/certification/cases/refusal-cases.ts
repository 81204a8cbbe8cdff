import type { CertificationCase } from '../case.js'
import { judgeExchange } from '../judgement.js'

/** The device behind wrong credentials. */
export const wrongCredentials: CertificationCase = {
  id: 'wrong-credentials',
  title: 'wrong credentials are answered DEVICE_REFUSED, not with an empty list',
  async run({ numbers, exchange, isBlackBox }) {
    const deviceNumber = numbers.wrongCredentials
    if (deviceNumber === undefined) {
      return {
        outcome: 'not-applicable',
        measurements: [],
        why: isBlackBox
          ? 'the bench names no wrongCredentialsDevice: one that the converter reaches with a wrong password'
          : 'the bench knows no credentials of this device, so there are no wrong ones',
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
    const observed = await exchange({ deviceNumber: numbers.unknown })
    const status = observed.summary?.status ?? null
    if (numbers.isUnknownGuessed && observed.verdict.verdict !== 'fail' && status !== null && KNOWN.includes(status)) {
      const why = `${numbers.unknown}, a number that nobody was said to have, is answered ${status}; name one as unknownDevice`
      return { outcome: 'could-not-test', measurements: [], why }
    }
    return judgeExchange(observed, { status: 'UNKNOWN_DEVICE', announced: 0 })
  },
}

/** What a converter says of a device that it knows. */
const KNOWN = ['OK', 'DEVICE_UNREACHABLE', 'DEVICE_REFUSED', 'DEVICE_FAULT', 'NOT_SUPPORTED']

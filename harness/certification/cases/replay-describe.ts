import type { CertificationCase } from '../case.js'
import { heldTo } from '../held-to.js'

/** Recordings that are asked about, one a channel on most recorders: the first that the device lists. */
const RECORDINGS = 4

/** A recording that is listed can be found again to be played. */
export const replayDescribe: CertificationCase = {
  id: 'replay-describe',
  title: 'the replay URI of a recording answers RTSP DESCRIBE with the media of its stream',
  async run({ describeReplays, findings, limitOf, signal }) {
    const services = findings.description?.capabilities.services
    if (!services) return { outcome: 'could-not-test', measurements: [], why: 'the device was not reached' }
    if (!describeReplays || !services.includes('replay'))
      return { outcome: 'not-applicable', measurements: [], why: 'the device offers no replay' }
    let recordings = 0
    let media = 0
    let slowestMs = 0
    for await (const replay of describeReplays(RECORDINGS, signal)) {
      recordings += 1
      media += replay.media.length
      slowestMs = Math.max(slowestMs, replay.rtspMs)
    }
    if (recordings === 0)
      return { outcome: 'not-applicable', measurements: [], why: 'the device holds no recording with video' }
    const { measurement, problem } = heldTo('rtspMs', Math.round(slowestMs), limitOf('rtspMs'))
    const measurements = [
      { name: 'recordings described', value: recordings, unit: 'recordings', limit: '≥ 1' },
      { name: 'media', value: media, unit: 'media', limit: `≥ ${recordings}` },
      measurement,
    ]
    return { outcome: problem === '' ? 'pass' : 'fail', measurements, why: problem }
  },
}

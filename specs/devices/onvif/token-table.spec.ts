import * as fc from 'fast-check'
import t from 'tap'
import { RecordingTable } from '../../../devices/onvif/recording-table.js'
import { TokenTable } from '../../../devices/onvif/token-table.js'

t.test('numbers tokens as a map would, whatever they are made of', (t) => {
  const seed = Number(process.env['VIEWNET_SEED'] ?? 20_261_125)
  t.comment(`seed ${seed}`)
  const token = fc.oneof(
    fc.string({ maxLength: 3 }),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.nat(500).map((number) => `Recording_${number}`),
    fc.constantFrom('', 'é', 'e\u0301', '录像', 'ÿ', '\u0100', '\ud800'),
  )
  fc.assert(
    fc.property(fc.array(token, { maxLength: 400, size: 'max' }), (tokens) => {
      const table = new TokenTable()
      const map = new Map<string, number>()
      for (const each of tokens) {
        if (!map.has(each)) map.set(each, map.size)
        if (table.add(each) !== map.get(each)) return false
      }
      if (table.count !== map.size || table.find('never added') !== undefined) return false
      return [...map].every(([each, number]) => table.find(each) === number && table.at(number) === each)
    }),
    { seed, numRuns: 200 },
  )
  t.end()
})

const track = (token: string, dataFromMs?: number) => ({ token, dataFromMs, dataToMs: undefined })

t.test('keeps of a recording what was told last, in the place where it was told first', (t) => {
  const table = new RecordingTable()
  const one = { token: 'one', source: 'A', isRecording: false, videoTracks: [track('v', 0)], otherTracks: ['a'] }
  const two = {
    token: 'two',
    source: 'B',
    isRecording: true,
    videoTracks: [track('v'), track('w', 7)],
    otherTracks: ['b', 'c'],
  }
  for (const recording of [
    one,
    { token: 'none', source: 'C', isRecording: false, videoTracks: [], otherTracks: [] },
    two,
  ])
    table.set(recording)
  for (let poll = 0; poll < 100; poll++) table.set({ ...one, source: 'D', videoTracks: [track('x', 9)] })
  table.set({ ...two, videoTracks: [track('u')] })
  t.equal(table.recordingCount, 3)
  t.ok(table.trackCount <= 4, 'what is told again and again takes no place')
  t.same([...table.withVideo()], ['one', 'two'])
  const [first, second] = ['one', 'two'].map((token) => table.recordingOf(token)!)
  t.same(table.trackAt(first!, table.trackOf(first!, 'x')!), {
    recordingToken: 'one',
    trackToken: 'x',
    source: 'D',
    dataFromMs: 9,
    dataToMs: undefined,
    isRecording: false,
  })
  t.equal(table.endOfTracksOf(second!) - table.firstTrackOf(second!), 1)
  t.match(table.trackAt(second!, table.firstTrackOf(second!)), { trackToken: 'u', source: 'B', isRecording: true })
  t.equal(table.trackOf(second!, 'v'), undefined)
  t.equal(table.recordingOf('three'), undefined)
  const others = [first!, second!].map((recording) =>
    ['a', 'b', 'c'].filter((token) => table.hasOtherTrack(recording, token)),
  )
  t.same(others, [['a'], ['b', 'c']])
  t.end()
})

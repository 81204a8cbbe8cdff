import t from 'tap'
import { rankSources } from '../../../devices/onvif/channels.js'
import { relocate } from '../../../devices/onvif/services.js'
import { inTurns } from '../../../devices/onvif/turns.js'

const RELOCATIONS: readonly {
  readonly reached: string
  readonly told: string
  readonly asked: string | undefined
  readonly why: string
}[] = [
  {
    reached: 'http://192.0.2.7/onvif/device_service',
    told: 'http://192.0.2.7/onvif/search',
    asked: 'http://192.0.2.7/onvif/search',
    why: 'the plain case',
  },
  {
    reached: 'http://203.0.113.9:8080/d',
    told: 'http://192.168.1.5/s',
    asked: 'http://203.0.113.9:8080/s',
    why: 'address translation',
  },
  {
    reached: 'http://203.0.113.9:8080/d',
    told: 'http://192.168.1.5:81/s?a=1&b',
    asked: 'http://203.0.113.9:8080/s?a=1&b',
    why: 'the port of a foreign host says nothing',
  },
  {
    reached: 'http://192.0.2.7/d',
    told: 'http://192.0.2.7:8000/s',
    asked: 'http://192.0.2.7/s',
    why: 'a port that the device believes to be its own',
  },
  {
    reached: 'http://192.0.2.7:8080/d',
    told: 'http://192.0.2.7/s',
    asked: 'http://192.0.2.7:8080/s',
    why: 'a forwarded port that the device does not know of',
  },
  {
    reached: 'https://192.0.2.7/d',
    told: 'http://192.0.2.7:80/s',
    asked: 'https://192.0.2.7/s',
    why: 'never from https down to http',
  },
  {
    reached: 'http://[2001:db8::7]:81/d',
    told: '/onvif/s',
    asked: 'http://[2001:db8::7]:81/onvif/s',
    why: 'a path alone',
  },
  {
    reached: 'http://192.0.2.7/d',
    told: 'http://user:secret@192.0.2.7/s',
    asked: 'http://192.0.2.7/s',
    why: 'no credentials of others',
  },
  { reached: 'http://192.0.2.7/d', told: '', asked: undefined, why: 'no address' },
  { reached: 'http://192.0.2.7/d', told: 'http://[', asked: undefined, why: 'not an address' },
]

for (const { reached, told, asked, why } of RELOCATIONS) {
  t.test(`reached at ${reached} and told ${told || 'nothing'}, asks ${asked ?? 'nobody'}: ${why}`, (t) => {
    t.equal(relocate(told, new URL(reached))?.href, asked)
    t.end()
  })
}

async function ranksOf(sources: readonly string[]): Promise<readonly (readonly [string, number])[]> {
  return [...(await inTurns(rankSources(sources), undefined))]
}

t.test('numbers sources in natural order, whatever the order in which they are told', async (t) => {
  const ranks = [
    ['Camera 1', 1],
    ['Camera 2', 2],
    ['Camera 9', 3],
    ['Camera 10', 4],
    ['门口', 5],
  ] as const
  t.same(await ranksOf(['门口', 'Camera 10', 'Camera 9', 'Camera 2', 'Camera 1', 'Camera 2']), ranks)
  t.same(await ranksOf(['Camera 2', 'Camera 1', 'Camera 9', '门口', 'Camera 10']), ranks)
  t.same(await ranksOf(['1', '01', '1']), await ranksOf(['01', '1']), 'names that count the same keep one order')
  t.same(await ranksOf([]), [])
})

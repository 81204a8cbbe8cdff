import t from 'tap'
import { HttpDigestAuthentication } from '../../../devices/simulated/http-digest.js'
import { authorization, readChallenge, type DigestAnswer } from './digest-client.js'

const life = { maxUses: 3, maxAgeMs: 1000 }
const admin = { user: 'admin', password: 'secret' }
const answer: DigestAnswer = { ...admin, method: 'POST', uri: '/onvif/search_service', count: 1, cnonce: 'f2/wE4q7' }
const request = (header: string | undefined) => ({ method: 'POST', target: answer.uri, authorization: header })

t.test('our client computes what RFC 7616, section 3.9.1, computes', async (t) => {
  const challenge = {
    realm: 'http-auth@example.org',
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    qop: 'auth',
    opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
    stale: undefined,
  }
  const mufasa = {
    user: 'Mufasa',
    password: 'Circle of Life',
    method: 'GET',
    uri: '/dir/index.html',
    count: 1,
    cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  }
  t.match(authorization({ ...challenge, algorithm: undefined }, mufasa), 'response="8ca523f5e9506fed4657c9700eebdbec"')
  t.match(
    authorization({ ...challenge, algorithm: 'SHA-256' }, mufasa),
    'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"',
  )
})

t.test('challenges in MD5 without algorithm and in SHA-256, and accepts either [RFC 7616, 3.3]', async (t) => {
  const digest = new HttpDigestAuthentication(admin, life)
  const challenges = digest.challenges(false, 0).map(readChallenge)
  t.same(
    challenges.map(({ algorithm, qop, stale }) => [algorithm, qop, stale]),
    [
      [undefined, 'auth', undefined],
      ['SHA-256', 'auth', undefined],
    ],
  )
  for (const [index, challenge] of challenges.entries()) {
    t.equal(digest.check(request(authorization(challenge, { ...answer, count: index + 1 })), 0), 'accepted')
  }
})

t.test(
  'says stale to who knows the password and uses an old nonce or the same count again [RFC 7616, 3.3, 3.4]',
  async (t) => {
    const digest = new HttpDigestAuthentication(admin, life)
    const use = (challenge: ReturnType<typeof readChallenge>, count: number, nowMs: number) =>
      digest.check(request(authorization(challenge, { ...answer, count })), nowMs)
    const [first] = digest.challenges(false, 0).map(readChallenge)
    t.same(
      [1, 1, 2, 3, 4].map((count) => use(first!, count, 0)),
      ['accepted', 'stale', 'accepted', 'accepted', 'stale'],
      'three uses, each with a count of its own',
    )
    const [second] = digest.challenges(true, 0).map(readChallenge)
    t.equal(second!.stale, 'true')
    t.not(second!.nonce, first!.nonce)
    t.equal(use(second!, 1, 1000), 'accepted')
    t.equal(use(second!, 2, 1001), 'stale')
    t.equal(use({ ...second!, nonce: 'made up' }, 1, 0), 'stale')
  },
)

t.test('refuses who does not know the password, and what is no digest that was asked for', async (t) => {
  const digest = new HttpDigestAuthentication(admin, life)
  const challenge = readChallenge(digest.challenges(false, 0)[0]!)
  const good = authorization(challenge, answer)
  for (const [name, header] of [
    ['nothing', undefined],
    ['Basic', 'Basic YWRtaW46c2VjcmV0'],
    ['a wrong password', authorization(challenge, { ...answer, password: 'Secret' })],
    ['a wrong user', authorization(challenge, { ...answer, user: 'root' })],
    ['another method', authorization(challenge, { ...answer, method: 'GET' })],
    ['another address', authorization(challenge, { ...answer, uri: '/' })],
    ['another realm', authorization({ ...challenge, realm: 'x' }, answer)],
    ['another opaque', authorization({ ...challenge, opaque: 'x' }, answer)],
    ['another algorithm', `${good}, algorithm=SHA-512`],
    ['no qop', good.replace('qop=auth, ', '')],
    ['a count that is none', good.replace(/nc=\w+/, 'nc=1')],
    ['no response', good.replace(/response="\w+"/, 'x="y"')],
    ['a quotation mark too many', `${good}"`],
    ['a very long one', `${good}, x="${'x'.repeat(5000)}"`],
  ] as const) {
    t.equal(digest.check(request(header), 0), 'refused', name)
  }
  t.equal(digest.check(request(good), 0), 'accepted', 'and the good one was good')
})

t.test('remembers a bounded number of nonces', async (t) => {
  const digest = new HttpDigestAuthentication(admin, life)
  const first = readChallenge(digest.challenges(false, 0)[0]!)
  for (let index = 0; index < 2000; index++) digest.challenges(false, 0)
  t.equal(digest.check(request(authorization(first, answer)), 0), 'stale', 'the oldest is forgotten')
})

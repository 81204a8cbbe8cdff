import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import t from 'tap'
import { readChallenges } from '../../../devices/onvif/http-challenge.js'
import { chooseDigest, digestAuthorization } from '../../../devices/onvif/http-digest.js'

/** The fields of an Authorization header, unquoted. */
function fieldsOf(authorization: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...authorization.matchAll(/([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)].map(([, name, quoted, plain]) => [
      name!,
      quoted?.replace(/\\(.)/g, '$1') ?? plain!,
    ]),
  )
}

const MUFASA = { user: 'Mufasa', password: 'Circle of Life' }
const NONCE = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v'
const OPAQUE = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS'
const CHALLENGE_OF = (algorithm: string) =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${NONCE}", opaque="${OPAQUE}"`

const VECTORS = [
  {
    clause: 'RFC 7616 3.9.1, MD5',
    challenge: CHALLENGE_OF('MD5'),
    credentials: MUFASA,
    target: '/dir/index.html',
    clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    username: 'Mufasa',
    response: '8ca523f5e9506fed4657c9700eebdbec',
  },
  {
    clause: 'RFC 7616 3.9.1, SHA-256',
    challenge: CHALLENGE_OF('SHA-256'),
    credentials: MUFASA,
    target: '/dir/index.html',
    clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
    username: 'Mufasa',
    response: '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  },
  {
    // The RFC's own digests are of SHA-512 cut short; erratum 4897 has those of SHA-512/256.
    clause: 'RFC 7616 3.9.2 by erratum 4897, SHA-512-256 with a hashed user',
    challenge:
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true',
    credentials: { user: 'Jäsøn Doe', password: 'Secret, or not?' },
    target: '/doe.json',
    clientNonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
    username: '793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b',
    response: '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5',
  },
] as const

for (const { clause, challenge, credentials, target, clientNonce, username, response } of VECTORS) {
  t.test(`digests as the standard does [${clause}]`, (t) => {
    const chosen = chooseDigest(readChallenges([challenge]))!
    const authorization = digestAuthorization(chosen, credentials, { method: 'GET', target }, { count: 1, clientNonce })
    t.match(fieldsOf(authorization), {
      username,
      response,
      uri: target,
      nc: '00000001',
      qop: 'auth',
      cnonce: clientNonce,
    })
    t.notMatch(authorization, credentials.password)
    t.end()
  })
}

t.test('digests without a counter where the server names no qop [RFC 2069 2.1.2]', (t) => {
  const [realm, nonce] = ['camera', 'abc']
  const chosen = chooseDigest(readChallenges([`Digest realm="${realm}", nonce="${nonce}"`]))!
  const authorization = digestAuthorization(chosen, MUFASA, { method: 'POST', target: '/s?x=1' }, { count: 9 })
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  const response = md5(`${md5(`Mufasa:${realm}:Circle of Life`)}:${nonce}:${md5('POST:/s?x=1')}`)
  t.same(fieldsOf(authorization), { username: 'Mufasa', realm, nonce, uri: '/s?x=1', response })
  t.end()
})

const CHOICES: readonly {
  readonly name: string
  readonly values: readonly string[]
  readonly nonce: string | undefined
}[] = [
  {
    name: 'SHA-256 although MD5, without its name, comes first',
    values: [
      'Digest realm="r", nonce="md5", qop="auth"',
      'Digest realm="r", nonce="sha", algorithm=SHA-256, qop="auth"',
    ],
    nonce: 'sha',
  },
  {
    name: 'the better of two challenges in one header',
    values: ['Digest realm="r, Digest nonce=x", nonce="md5", Digest algorithm="sha-256", nonce="sha",qop=auth'],
    nonce: 'sha',
  },
  { name: 'what stands beside Basic', values: ['Basic realm="r", Digest nonce="d",qop="auth"'], nonce: 'd' },
  { name: 'what stands behind a token of another scheme', values: ['Negotiate YWJj==, digest nonce="d"'], nonce: 'd' },
  { name: 'an escaped quote in a nonce', values: ['Digest nonce="a\\"b\\\\c"'], nonce: 'a"b\\c' },
  { name: 'nothing of Basic alone', values: ['Basic realm="r"'], nonce: undefined },
  { name: 'nothing of an unknown hash', values: ['Digest nonce="n", algorithm=SHA3-512'], nonce: undefined },
  { name: 'nothing of a digest over the message', values: ['Digest nonce="n", qop="auth-int"'], nonce: undefined },
  { name: 'nothing of no nonce', values: ['Digest realm="r"'], nonce: undefined },
  { name: 'nothing of nothing', values: [], nonce: undefined },
]

for (const { name, values, nonce } of CHOICES) {
  t.test(`chooses ${name} [RFC 7616 3.7]`, (t) => {
    t.equal(chooseDigest(readChallenges(values))?.nonce, nonce)
    t.end()
  })
}

t.test('writes a user who is not ASCII in the form of RFC 8187', (t) => {
  const chosen = chooseDigest(readChallenges(['Digest nonce="n"']))!
  const authorization = digestAuthorization(
    chosen,
    { user: "电'", password: '' },
    { method: 'POST', target: '/' },
    { count: 1 },
  )
  t.match(authorization, "username*=UTF-8''%E7%94%B5%27")
  t.end()
})

t.test('survives any header', (t) => {
  const seed = Number(process.env['VIEWNET_SEED'] ?? 20_261_122)
  t.comment(`seed ${seed}`)
  const word = fc.constantFrom('Digest', 'Basic', ' ', ',', '=', '"', '\\', 'nonce', 'realm', 'x', 'qop', 'auth')
  fc.assert(
    fc.property(fc.array(fc.array(word).map((words) => words.join(''))), (values) => {
      const chosen = chooseDigest(readChallenges(values))
      if (chosen) digestAuthorization(chosen, MUFASA, { method: 'POST', target: '/' }, { count: 1 })
    }),
    { seed, numRuns: 2000 },
  )
  t.end()
})

import { createPrivateKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import {
  CertificateError,
  certifyRun,
  readPublicKey,
  SigningKey,
  verifyCertificate,
  type TrustedKey,
} from '../../../../harness/report/index.js'

/** RFC 8037, appendix A.1: a private key as JWK, with its public part, and A.3: the thumbprint. */
const RFC8037 = {
  jwk: {
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  },
  thumbprint: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  /** A.4: what {"alg":"EdDSA"} and this payload come to. */
  payload: 'Example of Ed25519 signing',
  signature: 'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg',
} as const

const RUN = { run: 'r1', verdict: 'pass', counts: { received: 3, announced: 3 }, why: '', names: ['é', '録像', '"\\'] }
const octets = (text: string): Uint8Array => Buffer.from(text)
const json = octets(JSON.stringify(RUN, undefined, 2))
const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString('base64url')

const rfcKey = createPrivateKey({ key: RFC8037.jwk, format: 'jwk' })
const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

/** A signature that is not made by our code: over a header and the canonical form, which of this run is written out. */
const CANONICAL =
  '{"counts":{"announced":3,"received":3},"names":["é","録像","\\"\\\\"],"run":"r1","verdict":"pass","why":""}'
function forged(header: object | string, payload: string = CANONICAL, key: KeyObject = rfcKey): Uint8Array {
  const protectedHeader = base64(typeof header === 'string' ? header : JSON.stringify(header))
  const signature = sign(null, octets(`${protectedHeader}.${base64(payload)}`), key)
  return octets(`${protectedHeader}..${base64(signature)}`)
}

async function trustedFile(folder: string, name: string, text: string): Promise<TrustedKey> {
  const path = join(folder, name)
  await writeFile(path, text)
  return readPublicKey(path)
}

const { d: _, ...PUBLIC_JWK } = RFC8037.jwk
const GOOD_HEADER = { alg: 'EdDSA', kid: RFC8037.thumbprint }

t.test('names a key by its thumbprint, and signs as RFC 8037 shows [RFC 8037, A.3 and A.4]', async (t) => {
  const key = await SigningKey.parse(pem(rfcKey), 'the RFC')
  t.equal(key.thumbprint, RFC8037.thumbprint)
  const header = base64('{"alg":"EdDSA"}')
  t.equal(
    base64(sign(null, octets(`${header}.${base64(RFC8037.payload)}`), rfcKey)),
    RFC8037.signature,
    'this spec signs as the RFC does',
  )
  const trusted = await trustedFile(t.testdir({}), 'rfc.jwk', JSON.stringify(PUBLIC_JWK))
  t.equal(trusted.thumbprint, RFC8037.thumbprint)
  t.same(await verifyCertificate(forged(GOOD_HEADER), json, trusted), { signer: RFC8037.thumbprint, run: 'r1' })
})

t.test(
  'is a detached JWS over the canonical form of the run that anybody can test [RFC 7515, F; RFC 8785]',
  async (t) => {
    const key = await SigningKey.parse(pem(rfcKey), 'the RFC')
    const certificate = await certifyRun(json, key)
    const [header = '', payload, signature = ''] = certificate.split('.')
    t.equal(payload, '')
    t.same(JSON.parse(Buffer.from(header, 'base64url').toString()), GOOD_HEADER, 'and brings no key along')
    t.ok(
      verify(null, octets(`${header}.${base64(CANONICAL)}`), key.publicPem, Buffer.from(signature, 'base64url')),
      'by other code than ours',
    )
    const trusted = await trustedFile(t.testdir({}), 'a.pem', key.publicPem)
    for (const same of [
      JSON.stringify(RUN),
      JSON.stringify({ ...RUN, run: undefined, counts: { announced: 3, received: 3 } }).replace('{', '{"run":"r1",'),
      JSON.stringify(RUN).replace('"r1"', String.raw`"\u0072\u0031"`),
    ])
      t.same((await verifyCertificate(octets(certificate), octets(same), trusted)).run, 'r1', same)
  },
)

t.test('one changed octet of the run, the certificate or the key is refused [issue 6, Show]', async (t) => {
  const key = await SigningKey.parse(pem(rfcKey), 'the RFC')
  const certificate = octets(await certifyRun(json, key))
  const folder = t.testdir({})
  const trusted = await trustedFile(folder, 'a.pem', key.publicPem)
  const compact = octets(JSON.stringify(RUN))
  const changed = (of: Uint8Array, at: number): Uint8Array => {
    const copy = Uint8Array.from(of)
    copy[at] = copy[at]! ^ 1
    return copy
  }
  for (let at = 0; at < compact.length; at++)
    await t.rejects(verifyCertificate(certificate, changed(compact, at), trusted), CertificateError, `run, octet ${at}`)
  for (let at = 0; at < certificate.length; at++)
    await t.rejects(
      verifyCertificate(changed(certificate, at), json, trusted),
      CertificateError,
      `certificate, octet ${at}`,
    )
  let others = 0
  for (let at = 0; at < key.publicPem.length; at++) {
    const text = Buffer.from(changed(octets(key.publicPem), at)).toString('latin1')
    try {
      const other = await trustedFile(folder, 'b.pem', text)
      // The last character of base64 has bits that nobody reads, and blanks are none: such a key is the same.
      if (other.thumbprint === trusted.thumbprint) continue
      await t.rejects(verifyCertificate(certificate, json, other), CertificateError, `key, octet ${at}`)
      others++
    } catch (failure) {
      t.match(failure, { code: 'ERR_VIEWNET_KEY' }, `key, octet ${at} makes none`)
    }
  }
  t.ok(others > 20)
})

t.test('what certificates are forged with is refused, whatever its signature', async (t) => {
  const key = await SigningKey.parse(pem(rfcKey), 'the RFC')
  const trusted = await trustedFile(t.testdir({}), 'a.pem', key.publicPem)
  const { createHmac } = await import('node:crypto')
  const hmac = (header: object): Uint8Array => {
    const text = base64(JSON.stringify(header))
    const mac = createHmac('sha256', key.publicPem)
      .update(`${text}.${base64(CANONICAL)}`)
      .digest('base64url')
    return octets(`${text}..${mac}`)
  }
  const { privateKey: stranger } = generateKeyPairSync('ed25519')
  const jwk = createPrivateKey(pem(stranger)).export({ format: 'jwk' })
  const good = Buffer.from(forged(GOOD_HEADER)).toString()
  const [head = '', , tail = ''] = good.split('.')
  for (const [name, certificate, why] of [
    ['alg none', octets(`${base64('{"alg":"none","kid":"x"}')}..`), /signature of 64 octets/],
    ['alg none with a signature', forged({ ...GOOD_HEADER, alg: 'none' }), /'alg': .*EdDSA/],
    ['HMAC with the public key', hmac({ ...GOOD_HEADER, alg: 'HS256' }), /signature of 64 octets/],
    ['another algorithm', forged({ ...GOOD_HEADER, alg: 'ES256' }), /'alg'/],
    ['an unencoded payload', forged({ ...GOOD_HEADER, b64: false, crit: ['b64'] }), /b64/],
    ['an extension', forged({ ...GOOD_HEADER, crit: ['exp'], exp: 1 }), /crit/],
    ['a key of its own', forged({ ...GOOD_HEADER, jwk }, CANONICAL, stranger), /jwk/],
    ['an address of a key', forged({ ...GOOD_HEADER, jku: 'https://keys.example' }), /jku/],
    ['no signer', forged({ alg: 'EdDSA' }), /'kid'/],
    ['another signer', forged({ alg: 'EdDSA', kid: 'somebody' }), /expected one by kPrK/],
    [
      "a stranger's signature under our name",
      forged(GOOD_HEADER, CANONICAL, stranger),
      /expected the signature of this run/,
    ],
    ['a name twice', forged(`{"alg":"EdDSA","alg":"EdDSA","kid":"${RFC8037.thumbprint}"}`), /"alg" twice/],
    ['a payload of its own', octets(`${head}.${base64(CANONICAL)}.${tail}`), /brings its own/],
    ['more parts', octets(`${good}.a`), /detached JWS/],
    ['nothing', octets(''), /detached JWS/],
    ['no base64url', octets(`!${good.slice(1)}`), /base64url/],
    ['too much', octets('a'.repeat(10_000)), /at most 4096 octets/],
  ] as const)
    await t.rejects(
      verifyCertificate(certificate, json, trusted),
      { code: 'ERR_VIEWNET_CERTIFICATE', message: why },
      name,
    )
})

t.test('a run that two readers could take for two things is refused', async (t) => {
  const key = await SigningKey.parse(pem(rfcKey), 'the RFC')
  const deep = `{"run":"r1","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  for (const [name, text, why] of [
    ['a name twice', '{"run":"r1","run":"r2"}', /"run" twice/],
    ['a name twice, once in disguise', String.raw`{"run":"r1","r\u0075n":"r2"}`, /twice/],
    ['a name twice, deep inside', '{"run":"r1","a":[{"b":{"c":1,"c":2}}]}', /"c" twice/],
    ['deep JSON', deep, /at most 32 deep/],
    ['deep JSON that never ends', '['.repeat(1_000_000), /at most 32 deep/],
    ['huge JSON', `{"run":"${'a'.repeat(17 * 1024 ** 2)}"}`, /at most \d+ octets/],
    ['half a surrogate pair', String.raw`{"run":"r1","a":"\ud800"}`, /surrogate/],
    ['no JSON', '{"run":"r1"', /expected JSON/],
    ['no run', '{"verdict":"pass"}', /record of a run/],
    ['an array', '[]', /record of a run/],
  ] as const)
    await t.rejects(certifyRun(octets(text), key), { code: 'ERR_VIEWNET_CERTIFICATE', message: why }, name)
  await t.rejects(certifyRun(Uint8Array.of(0x22, 0xff, 0x22), key), { message: /UTF-8/ })
  t.match(
    await certifyRun(octets('{"run":"r1","a":{"x":1},"b":{"x":1}}'), key),
    /^[\w-]+\.\.[\w-]{86}$/,
    'objects apart',
  )
})

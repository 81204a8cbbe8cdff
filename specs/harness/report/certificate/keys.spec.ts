import { generateKeyPairSync } from 'node:crypto'
import { chmod, readdir, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t from 'tap'
import { readPublicKey, SigningKey, stationKey, stationKeyPath } from '../../../../harness/report/index.js'

const ed25519 = generateKeyPairSync('ed25519')
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const privatePem = ed25519.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const publicPem = ed25519.publicKey.export({ type: 'spki', format: 'pem' }).toString()
const publicJwk = ed25519.publicKey.export({ format: 'jwk' })

t.test('a public key is PEM or a JWK, whose kid is the name of its owner', async (t) => {
  const folder = t.testdir({ pem: publicPem, jwk: JSON.stringify({ ...publicJwk, kid: 'lab 3' }) })
  const [pem, jwk] = [await readPublicKey(join(folder, 'pem')), await readPublicKey(join(folder, 'jwk'))]
  t.equal(pem.thumbprint, jwk.thumbprint)
  t.same([pem.name, jwk.name], [undefined, 'lab 3'])
})

t.test('what is no such key is refused, and said to be so', async (t) => {
  const folder = t.testdir({
    private: privatePem,
    ec: ec.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    words: 'no key',
    huge: 'a'.repeat(100_000),
    jwk: JSON.stringify(ed25519.privateKey.export({ format: 'jwk' })),
    octets: JSON.stringify({ kty: 'oct', k: 'c2VjcmV0' }),
    broken: '{',
  })
  for (const [name, why] of [
    ['private', /got a private key: keep it/],
    ['ec', /got one of ec/],
    ['words', /got no public key/],
    ['huge', /100000 octets/],
    ['jwk', /got a private one/],
    ['octets', /'kty'/],
    ['broken', /no JSON/],
    ['absent', /ENOENT/],
  ] as const)
    await t.rejects(
      readPublicKey(join(folder, name)),
      { name: 'UsageError', code: 'ERR_VIEWNET_KEY', message: why },
      name,
    )
  await t.rejects(SigningKey.read(join(folder, 'ec')), { code: 'ERR_VIEWNET_KEY', message: /got no private key/ })
  const ecPrivate = ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  await t.rejects(SigningKey.parse(ecPrivate, 'X'), { code: 'ERR_VIEWNET_KEY', message: /^X: .*got one of ec/ })
})

t.test("a station's key is made once, for its owner alone, however many ask at once", async (t) => {
  const path = stationKeyPath({ XDG_CONFIG_HOME: join(t.testdir({}), 'config') })
  const all = await Promise.all(Array.from({ length: 8 }, () => stationKey(path)))
  t.equal(new Set(all.map(({ key }) => key.thumbprint)).size, 1)
  t.equal(all.filter(({ isNew }) => isNew).length, 1)
  t.equal((await stat(path)).mode & 0o777, 0o600)
  t.equal((await stat(dirname(path))).mode & 0o777, 0o700)
  t.same(await readdir(dirname(path)), ['signing-key.pem'], 'no draft is left')
  await chmod(path, 0o644)
  t.match(await stationKey(path), { isNew: false, isExposed: true })
  t.match(stationKeyPath({ XDG_CONFIG_HOME: 'relative' }), /\.config\/viewnet\/signing-key\.pem$/)
})

t.test('a key that cannot be used is never replaced', async (t) => {
  const folder = t.testdir({})
  const path = join(folder, 'signing-key.pem')
  await writeFile(path, 'half a ke')
  await t.rejects(stationKey(path), { code: 'ERR_VIEWNET_KEY', message: /got no private key/ })
  await t.rejects(stationKey(join(path, 'below')), { code: 'ERR_VIEWNET_KEY', message: /got ENOTDIR/ })
})

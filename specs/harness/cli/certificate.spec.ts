import { createHmac, generateKeyPairSync, verify as verifySignature } from 'node:crypto'
import { access, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { NUMBERS, quickBench, simulated } from './night-bench.js'
import { jsonLines, viewnet, type Ended } from './viewnet.js'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()

/** The one object on stdout. */
function said({ stdout }: Ended): Record<string, unknown> {
  const lines = jsonLines(stdout)
  if (lines.length !== 1) throw new Error(`expected one JSON object on stdout, got ${lines.length}`)
  return lines[0] ?? {}
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** RFC 8785 of a record whose names are ASCII, written apart from the product's own. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`
}

t.test('a run is signed with the key that is named, and anybody can test it [issue 6, Reports]', async (t) => {
  const cwd = await quickBench(t, [simulated(NUMBERS[0] ?? '')])
  await writeFile(join(cwd, 'key.pem'), privatePem)
  const [shown, certified] = await Promise.all([
    viewnet('key --sign-key key.pem --json', { cwd }),
    viewnet('certify --bench bench.yaml --sign-key key.pem --report r --json', { cwd }),
  ])
  t.equal(certified.status, 0, certified.stderr)
  const { signer, publicKey: told, from } = said(shown)
  t.equal(told, publicPem)
  t.equal(from, 'key.pem')
  t.equal(await readFile(join(cwd, 'r/run.pub.pem'), 'utf8'), publicPem)
  const run = await readFile(join(cwd, 'r/run.json'), 'utf8')
  const jws = await readFile(join(cwd, 'r/run.jws'), 'utf8')

  t.test('by Ed25519 of another library, over the canonical form of run.json', (t) => {
    const [header = '', payload, signature = ''] = jws.split('.')
    t.equal(payload, '')
    const input = `${header}.${Buffer.from(canonical(JSON.parse(run))).toString('base64url')}`
    t.ok(verifySignature(null, Buffer.from(input), publicKey, Buffer.from(signature, 'base64url')))
    t.end()
  })

  const [, , signature] = jws.split('.')
  const octets = Buffer.from(run)
  const at = octets.indexOf('"seed": ') + 8
  octets[at] = octets[at] === 0x31 ? 0x32 : 0x31
  const header = (fields: object): string => Buffer.from(JSON.stringify(fields)).toString('base64url')
  const signedByPublicKey = header({ alg: 'HS256', kid: signer })
  const mac = createHmac('sha256', publicPem).update(`${signedByPublicKey}.${canonical(JSON.parse(run))}`)
  const stranger = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString()
  await Promise.all(
    Object.entries({
      'trusted.pem': publicPem,
      'stranger.pem': stranger,
      'changed.json': octets,
      'none.jws': `${header({ alg: 'none', kid: signer })}..${signature}`,
      'hmac.jws': `${signedByPublicKey}..${mac.digest('base64url')}`,
      'half.jws': jws.slice(0, 40),
    }).map(([name, content]) => writeFile(join(cwd, name), content)),
  )
  const verify = (certificate: string, more: string): Promise<Ended> =>
    viewnet(`verify --certificate ${certificate} ${more} --json`, { cwd })
  const run0 = '--run r/run.json --key trusted.pem'

  t.test('verify says whose it is and exits with 0 [issue 6, JSON contracts]', async (t) => {
    const ended = await verify('r/run.jws', run0)
    t.equal(ended.status, 0, ended.stderr)
    t.strictSame(said(ended), { valid: true, signer, run: (JSON.parse(run) as { run: string }).run, why: '' })
    t.equal(ended.stderr, '')
  })

  t.test('what does not hold is said to be so, with 1 [issue 6, Show]', async (t) => {
    const cases = [
      [
        'a run with one octet changed',
        'r/run.jws',
        '--run changed.json --key trusted.pem',
        /the run, the certificate or/,
      ],
      ['the key of somebody else', 'r/run.jws', '--key stranger.pem', /expected one by .*, got one by/],
      ['no algorithm', 'none.jws', run0, /'alg'/],
      ['the public key as a secret', 'hmac.jws', run0, /signature of 64 octets|'alg'/],
      ['half a certificate', 'half.jws', run0, /expected a detached JWS/],
    ] as const
    const all = await Promise.all(cases.map(([, certificate, more]) => verify(certificate, more)))
    for (const [index, [what, , , why]] of cases.entries()) {
      const ended = all[index]!
      t.equal(ended.status, 1, what)
      t.match(said(ended), { valid: false, signer: null, run: null, why }, what)
    }
  })

  t.test('what cannot be tested is wrong usage: 3, and nothing on stdout', async (t) => {
    for (const [certificate, more, why] of [
      ['absent.jws', run0, /got 'absent\.jws' \(ENOENT/],
      ['r/run.jws', '--key absent.pem', /absent\.pem: expected a key file, got ENOENT/],
    ] as const) {
      const { status, stdout, stderr } = await verify(certificate, more)
      t.equal(status, 3)
      t.equal(stdout, '')
      t.match(stderr, why)
    }
  })
})

t.test(
  "a station's own key is made once, for its user alone; one that cannot be used is no other's stand-in",
  async (t) => {
    const cwd = await quickBench(t, [simulated(NUMBERS[0] ?? '')])
    const config = join(cwd, 'config')
    const env = { XDG_CONFIG_HOME: config }
    await writeFile(join(cwd, 'no-key.pem'), 'half a ke')
    const first = await viewnet('key', { cwd, env })
    t.equal(first.status, 0)
    t.match(first.stdout, /^-----BEGIN PUBLIC KEY-----\n/)
    t.match(first.stderr, /made this station's signing key/)
    t.match(first.stderr, /^signer [\w-]{43}, of /m)
    t.equal((await stat(join(config, 'viewnet/signing-key.pem'))).mode & 0o777, 0o600)

    const [again, byVariable, unusable] = await Promise.all([
      viewnet('key', { cwd, env }),
      viewnet('key --json', { cwd, env: { ...env, VIEWNET_SIGNING_KEY: privatePem } }),
      viewnet(`certify --bench bench.yaml --sign-key no-key.pem --report r`, { cwd, env }),
    ])
    t.equal(again.stdout, first.stdout)
    t.notMatch(again.stderr, /made this station/)
    t.match(said(byVariable), { from: 'VIEWNET_SIGNING_KEY', publicKey: publicPem })
    t.equal(unusable.status, 0, 'the run has its result')
    t.match(unusable.stderr, /runs stay unsigned: .*no-key\.pem: expected .*got no private key/)
    t.equal(await isThere(join(cwd, 'r/run.json')), true)
    t.equal(await isThere(join(cwd, 'r/run.jws')), false, 'and no certificate by another key')
  },
)

import { register } from 'node:module'
import t from 'tap'
import { LinkError, udpLink } from '../../../sdk/link/index.js'

// As on a machine where the optional dependency was not installed.
const hooks = `export async function resolve(specifier, context, next) {
  if (specifier !== 'koffi') return next(specifier, context)
  throw Object.assign(new Error("Cannot find package 'koffi'"), { code: 'ERR_MODULE_NOT_FOUND' })
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)

t.test('is a plain link without koffi, and says so', async (t) => {
  const [one, other] = [udpLink('udp://127.0.0.1:0'), udpLink('udp://127.0.0.1:0')]
  t.teardown(() => Promise.all([one.close(), other.close()]))
  const heard = new Promise<string>((resolve) => {
    void other.start({ packet: (packet, from) => resolve(`${Buffer.from(packet).toString()} from ${from}`) })
  })
  await one.start({ packet() {} })
  await other.start({ packet() {} }).catch(() => {})
  one.send(new Uint8Array(Buffer.from('hello')), other.address)
  t.equal(await heard, `hello from ${one.address}`)
  const whyNotAccelerated = process.platform === 'linux' ? 'koffi is not installed' : /fast links need Linux/
  t.match(one.stats?.(), { kind: 'udp', isAccelerated: false, whyNotAccelerated })
})

t.test('does not start where acceleration is required', async (t) => {
  const link = udpLink('udp://127.0.0.1:0', { acceleration: 'required' })
  const error: unknown = await link.start({ packet() {} }).catch((reason: unknown) => reason)
  t.type(error, LinkError)
  t.match(error, { code: 'ERR_VIEWNET_LINK_UNSUPPORTED', message: /acceleration is required, but .*; install koffi/ })
  await link.close()
})

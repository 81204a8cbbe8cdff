import t from 'tap'
import { openOutlet, type OutletOptions } from 'viewnet/devices/power'
import { SimulatedPdu, SimulatedPoeSwitch } from 'viewnet/devices/simulated'

const PATIENCE = { replyTimeoutMs: 20_000, settleTimeoutMs: 100 }
/** For answers that never come. */
const IMPATIENCE = { ...PATIENCE, replyTimeoutMs: 1000 }

t.test('a Shelly relay is switched and read by its RPC', async (t) => {
  await using pdu = new SimulatedPdu({ user: 'admin', password: 'sesame' })
  await pdu.start()
  const options = { driver: 'shelly', url: pdu.url, switch: 2, password: 'sesame', ...PATIENCE } as const
  const outlet = await openOutlet(options)
  t.equal(await outlet.state(), 'off')
  await outlet.on()
  t.equal(pdu.relays[2]?.isClosed, true)
  await outlet.close()
  t.equal(pdu.relays[2]?.isClosed, false)

  const wrong = await openOutlet({ ...options, password: 'wrong' })
  await t.rejects(wrong.state(), { code: 'ERR_VIEWNET_POWER_REFUSED', message: /^(?!.*wrong$)/ })
  await wrong.close()
  const absent = await openOutlet({ ...options, switch: 9 })
  await t.rejects(absent.on(), { code: 'ERR_VIEWNET_POWER_ANSWER', message: /expected status 200.*got 404/ })
  await t.rejects(absent.close(), { code: 'ERR_VIEWNET_POWER_ANSWER' })
})

t.test('any PDU is switched by the URLs of its bench file, and read by a pattern', async (t) => {
  await using pdu = new SimulatedPdu()
  await pdu.start()
  const base = `${pdu.url}/outlet/{outlet}`
  const options: OutletOptions = {
    driver: 'http',
    outlet: '1',
    on: `${base}/on`,
    off: `${base}/off`,
    state: { request: base, pattern: ': (on|off)', on: 'on', off: 'off' },
    ...PATIENCE,
  }
  const outlet = await openOutlet(options)
  await outlet.on()
  t.equal(pdu.relays[1]?.isClosed, true)
  await t.rejects(openOutlet(options), { code: 'ERR_VIEWNET_POWER_BUSY' }, 'one holder at a time')
  await outlet.off()

  pdu.fault = 'welded'
  await outlet.on()
  t.equal(pdu.relays[1]?.isClosed, false, 'a welded contact cannot be noticed here')
  pdu.fault = 'garbage'
  await t.rejects(outlet.state(), { code: 'ERR_VIEWNET_POWER_ANSWER', message: /expected a state at/ })
  pdu.fault = undefined
  await outlet.close()
  t.equal(pdu.relays[1]?.isClosed, false)

  const impatient = await openOutlet({ ...options, ...IMPATIENCE })
  pdu.fault = 'half-answer'
  await t.rejects(impatient.state(), { code: 'ERR_VIEWNET_POWER_SILENT' })
  pdu.fault = 'no-answer'
  await t.rejects(impatient.state(), { code: 'ERR_VIEWNET_POWER_SILENT', message: /no whole answer within 1000 ms/ })
  pdu.fault = undefined
  await impatient.close()
})

const USER = { name: 'lab', authKey: 'authentication-key', privKey: 'privacy-key' }
const ACCESS = [
  { name: 'version 2c', snmp: { version: '2c', community: 'private' } },
  {
    name: 'version 3',
    snmp: {
      version: '3',
      user: USER.name,
      authentication: { protocol: 'sha256', key: USER.authKey },
      privacy: { protocol: 'aes', key: USER.privKey },
    },
  },
] as const

for (const { name, snmp } of ACCESS) {
  t.test(`a PoE port is switched and read by SNMP ${name} [RFC 3621, pethPsePortAdminEnable]`, async (t) => {
    await using poe = new SimulatedPoeSwitch({ user: USER })
    await poe.start()
    const options = {
      driver: 'snmp-poe',
      host: '127.0.0.1',
      udpPort: poe.udpPort,
      poePort: 2,
      snmp,
      ...PATIENCE,
    } as const
    const outlet = await openOutlet(options)
    t.equal(await outlet.state(), 'on')
    await outlet.off()
    t.same(
      poe.relays.map(({ isClosed }) => isClosed),
      [true, false, true, true],
    )
    await outlet.on()
    t.equal(poe.relays[1]?.isClosed, true)
    await outlet.close()
    const absent = await openOutlet({ ...options, poePort: 9 })
    await t.rejects(absent.state(), { code: 'ERR_VIEWNET_POWER_PORT' })
    await absent.close()
  })
}

t.test('a wrong community gets no answer, a wrong key is refused', async (t) => {
  await using poe = new SimulatedPoeSwitch({ user: USER })
  await poe.start()
  const options = { driver: 'snmp-poe', host: '127.0.0.1', udpPort: poe.udpPort, poePort: 2, ...PATIENCE } as const
  const community = await openOutlet({ ...options, ...IMPATIENCE, snmp: { version: '2c', community: 'guess' } })
  await t.rejects(community.state(), { code: 'ERR_VIEWNET_POWER_SILENT', message: /^(?!.*guess)/ })
  await community.close()
  const key = await openOutlet({
    ...options,
    ...IMPATIENCE,
    snmp: { version: '3', user: 'lab', authentication: { protocol: 'sha256', key: 'another-key' } },
  })
  await t.rejects(key.state(), { code: /^ERR_VIEWNET_POWER_(REFUSED|ANSWER|SILENT)$/ })
  await key.close()
})

t.test('simulated switches stand beside each other, each at a free port', async (t) => {
  await using one = new SimulatedPoeSwitch()
  await using other = new SimulatedPoeSwitch()
  await Promise.all([one.start(), other.start()])
  t.ok(one.udpPort > 1023 && other.udpPort > 1023, 'none that only the superuser may have')
  t.not(one.udpPort, other.udpPort)
})

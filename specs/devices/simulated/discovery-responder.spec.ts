import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import { DiscoveryResponder } from '../../../devices/simulated/discovery-responder.js'

const DISCOVERY = 'http://schemas.xmlsoap.org/ws/2005/04/discovery'
const URL_TOLD = 'http://127.0.0.1:8080/onvif/device_service'

/** A Probe as WS-Discovery's own example writes it. */
function probe({
  types = '',
  scopes = '',
  matchBy = '',
  id = 'uuid:1',
  action = 'Probe',
  body = 'Probe',
} = {}): string {
  return (
    `<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:wsd="${DISCOVERY}"` +
    ` xmlns:i="http://www.onvif.org/ver10/network/wsdl" xmlns:dev="http://www.onvif.org/ver10/device/wsdl"><soap:Header>` +
    `<wsa:Action>${DISCOVERY}/${action}</wsa:Action><wsa:MessageID>${id}</wsa:MessageID></soap:Header><soap:Body><wsd:${body}>` +
    `<wsd:Types>${types}</wsd:Types><wsd:Scopes${matchBy === '' ? '' : ` MatchBy="${matchBy}"`}>${scopes}</wsd:Scopes></wsd:${body}></soap:Body></soap:Envelope>`
  )
}

/**
 * Send messages, and then a probe that is surely answered: since datagrams on loopback keep their order, every other answer has come by then.
 *
 * @returns the answers but the last
 */
async function answersTo(t: Test, messages: readonly (string | Uint8Array)[]): Promise<readonly string[]> {
  await using responder = new DiscoveryResponder({ url: URL_TOLD, port: 0, multicast: false })
  await responder.start()
  const { port } = responder
  const socket = createSocket('udp4')
  t.teardown(() => socket.close())
  const answers: string[] = []
  const ended = new Promise<void>((resolve) => {
    socket.on('message', (octets) => {
      const answer = octets.toString()
      if (answer.includes('>uuid:last<')) resolve()
      else answers.push(answer)
    })
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  for (const message of [...messages, probe({ id: 'uuid:last' })]) socket.send(message, port, '127.0.0.1')
  await ended
  return answers
}

t.test('answers a probe with its endpoint, types, scopes and address [WS-Discovery 5.3]', async (t) => {
  const [answer = '', ...others] = await answersTo(t, [probe({ types: 'i:NetworkVideoTransmitter' })])
  t.strictSame(others, [])
  t.match(answer, `<wsa:RelatesTo>uuid:1</wsa:RelatesTo>`)
  t.match(answer, `<wsa:Action>${DISCOVERY}/ProbeMatches</wsa:Action>`)
  t.match(answer, /<d:AppSequence InstanceId="\d+" MessageNumber="1"\/>/)
  t.match(answer, /<wsa:EndpointReference><wsa:Address>urn:uuid:[0-9a-f-]{36}<\/wsa:Address><\/wsa:EndpointReference>/)
  t.match(answer, '<d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>')
  t.match(answer, 'onvif://www.onvif.org/Profile/G ')
  t.match(answer, `<d:XAddrs>${URL_TOLD}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>`)
})

t.test('answers a probe once, however often it is repeated, and counts its messages', async (t) => {
  const answers = await answersTo(t, [probe(), probe(), probe({ id: 'uuid:2' }), probe()])
  t.strictSame(
    answers.map((answer) => /MessageNumber="(\d+)"/.exec(answer)?.[1]),
    ['1', '2'],
  )
})

t.test('answers only who looks for such a device [WS-Discovery 5.1]', async (t) => {
  const scope = 'onvif://www.onvif.org/'
  const rows: readonly (readonly [Parameters<typeof probe>[0], boolean])[] = [
    [{}, true],
    [{ types: 'dev:Device' }, true],
    [{ types: 'dev:Device i:NetworkVideoTransmitter' }, true],
    [{ types: 'i:NetworkVideoDisplay' }, false],
    [{ types: 'dev:NetworkVideoTransmitter' }, false],
    [{ types: 'nowhere:Device' }, false],
    [{ scopes: `${scope}Profile` }, true],
    [{ scopes: `ONVIF://WWW.ONVIF.ORG/Profile/G` }, true],
    [{ scopes: `${scope}Prof` }, false],
    [{ scopes: `${scope}Profile/G ${scope}Profile/T` }, false],
    [{ scopes: `${scope}Profile`, matchBy: `${DISCOVERY}/strcmp0` }, false],
    [{ scopes: `${scope}Profile/G`, matchBy: `${DISCOVERY}/strcmp0` }, true],
    [{ scopes: `${scope}Profile/G`, matchBy: 'http://rules.example/own' }, false],
  ]
  for (const [wanted, isAnswered] of rows)
    t.equal((await answersTo(t, [probe(wanted)])).length, isAnswered ? 1 : 0, JSON.stringify(wanted))
})

t.test('says nothing to what is no probe', async (t) => {
  const answers = await answersTo(t, [
    '',
    'nonsense',
    new Uint8Array(60_000),
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    '<a/>',
    probe({ action: 'Hello' }),
    probe({ body: 'Resolve' }),
    probe({ id: '' }),
  ])
  t.strictSame(answers, [])
})

t.test('starts once, closes twice, and says which port is taken', async (t) => {
  const responder = new DiscoveryResponder({ url: URL_TOLD, port: 0, multicast: false })
  t.throws(() => responder.port, { code: 'ERR_VIEWNET_STATE' })
  await responder.start()
  await t.rejects(responder.start(), { code: 'ERR_VIEWNET_STATE' })
  const other = new DiscoveryResponder({ url: URL_TOLD, port: responder.port, multicast: false })
  await t.rejects(other.start(), { code: 'ERR_VIEWNET_SIMULATOR_START', message: /EADDRINUSE/ })
  await responder.close()
  await responder.close()
  t.throws(() => new DiscoveryResponder({ url: 'nowhere' }), { code: 'ERR_VIEWNET_OPTION' })
})

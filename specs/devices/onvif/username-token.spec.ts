import { createHash } from 'node:crypto'
import t from 'tap'
import { usernameToken } from '../../../devices/onvif/username-token.js'
import { readXml, type XmlElement } from '../../../devices/onvif/xml-reader.js'

function fields(token: string): ReadonlyMap<string, XmlElement> {
  const security = readXml(Buffer.from(token.replace('s:mustUnderstand="1" ', '')), { maxBytes: 10_000 })
  const [username] = security.children
  return new Map(username?.children.map((field) => [field.name, field]))
}

t.test('digests nonce, moment and password [UsernameToken Profile 1.0, section 3.1]', (t) => {
  const token = fields(
    usernameToken({ user: 'admin', password: 'pässwörd' }, { createdAtMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6) }),
  )
  const nonce = Buffer.from(token.get('Nonce')!.text, 'base64')
  const created = token.get('Created')!.text
  const octets = Buffer.concat([nonce, Buffer.from(created, 'utf8'), Buffer.from('pässwörd', 'utf8')])
  t.equal(token.get('Password')!.text, createHash('sha1').update(octets).digest('base64'))
  t.equal(created, '2026-01-02T03:04:05.006Z')
  t.equal(nonce.length, 16)
  t.equal(
    token.get('Password')!.attributes['Type'],
    'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest',
  )
  t.end()
})

t.test('agrees with the worked example of the ONVIF Application Programmer’s Guide', (t) => {
  const nonce = Buffer.from('LKqI6G/AikKCQrN0zqZFlg==', 'base64')
  const token = fields(
    usernameToken({ user: 'user', password: 'userpassword' }, { createdAtMs: Date.UTC(2010, 8, 16, 7, 50, 45), nonce }),
  )
  // The guide writes the moment as 2010-09-16T07:50:45Z and gets tuOSpGlFlIXsozq4HFNeeGeFLEI=; ours has milliseconds, so only the formula can agree.
  const digest = (created: string) =>
    createHash('sha1').update(nonce).update(created).update('userpassword').digest('base64')
  t.equal(digest('2010-09-16T07:50:45Z'), 'tuOSpGlFlIXsozq4HFNeeGeFLEI=')
  t.equal(token.get('Password')!.text, digest('2010-09-16T07:50:45.000Z'))
  t.end()
})

t.test('never repeats a nonce, and never holds the password', (t) => {
  const tokens = Array.from({ length: 100 }, () =>
    usernameToken({ user: 'a<b', password: 'hunter2' }, { createdAtMs: 0 }),
  )
  t.equal(new Set(tokens.map((token) => fields(token).get('Nonce')!.text)).size, 100)
  t.notMatch(tokens.join(''), /hunter2/)
  t.equal(fields(tokens[0]!).get('Username')!.text, 'a<b')
  t.end()
})

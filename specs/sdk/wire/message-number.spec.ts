import * as fc from 'fast-check'
import t from 'tap'
import { UsageError } from '../../../sdk/errors.js'
import { formatMessageNumber, parseMessageNumber } from '../../../sdk/wire/index.js'
import { holds } from '../property.js'

t.test('reads and writes an external message number as four groups [protocol 2]', async (t) => {
  t.equal(parseMessageNumber('00001-00020-00300-04000'), 0x0001_0014_012c_0fa0n)
  t.equal(formatMessageNumber(0x0001_0014_012c_0fa0n), '00001-00020-00300-04000')
  t.equal(parseMessageNumber('1-20-300-4000'), 0x0001_0014_012c_0fa0n, 'leading zeros may be left out')
  t.equal(formatMessageNumber(0n), '00000-00000-00000-00000')
  t.equal(formatMessageNumber(2n ** 64n - 1n), '65535-65535-65535-65535')
})

t.test('refuses what is no external message number, and says what was expected and what came', async (t) => {
  const wrong = [
    '',
    '1',
    '1-2-3',
    '1-2-3-4-5',
    '65536-0-0-0',
    '0-0-0-65536',
    '-1-2-3-4',
    '1--3-4',
    'a-b-c-d',
    '1-2-3-4 ',
    '0x1-2-3-4',
    '000001-2-3-4',
    '1-2-3-١',
  ]
  for (const text of wrong) {
    const error = t.throws(() => parseMessageNumber(text), { code: 'ERR_VIEWNET_MESSAGE_NUMBER' }, `'${text}'`)
    t.type(error, UsageError)
    t.match(String(error), `got '${text}'`)
  }
})

t.test('reads back every number that it writes', async (t) => {
  const number = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
  holds(
    t,
    fc.property(number, (number) => parseMessageNumber(formatMessageNumber(number)) === number),
  )
})

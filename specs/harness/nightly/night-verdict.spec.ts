import t from 'tap'
import { deviceVerdict, devicesVerdict } from '../../../harness/nightly/night-verdict.js'

const pass = { verdict: 'pass', why: '' } as const
const fail = { verdict: 'fail', why: 'list: 2 of 3' } as const
const untested = { verdict: 'could-not-test', why: 'no broker' } as const

void t.test('lets the latest attempt that could test the device decide, and tells the others', async (t) => {
  t.same(deviceVerdict([pass]), { verdict: 'pass', why: '' })
  t.same(deviceVerdict([fail, pass]), {
    verdict: 'pass',
    why: 'passed at attempt 2; attempt 1: fail, list: 2 of 3',
  })
  t.same(deviceVerdict([fail, fail]), { verdict: 'fail', why: 'list: 2 of 3' })
  t.same(deviceVerdict([fail, untested]), {
    verdict: 'fail',
    why: 'list: 2 of 3; attempt 2: could-not-test, no broker',
  })
  t.same(deviceVerdict([untested]), { verdict: 'could-not-test', why: 'no broker' })
  t.same(deviceVerdict([]), { verdict: 'could-not-test', why: 'no attempt was made' })
})

void t.test('takes an untested device for no pass of the night', async (t) => {
  t.equal(devicesVerdict([pass, fail, untested]), 'fail')
  t.equal(devicesVerdict([pass, untested]), 'could-not-test')
  t.equal(devicesVerdict([pass, pass]), 'pass')
  t.equal(devicesVerdict([]), 'could-not-test')
})

import t from 'tap'
import { HolderProcess } from './holder-process.js'

t.test(
  'of two processes that want one relay, one waits and says for whom; a holder killed by -9 leaves it [issue 6, Show]',
  async (t) => {
    const folder = `${t.testdir({})}/leases`
    const first = new HolderProcess(folder, 'run-1')
    t.teardown(() => first.signal('SIGKILL'))
    t.equal(await first.said(), 'ready')
    t.equal(await first.said(), 'holds 1')
    const second = new HolderProcess(folder, 'run-2')
    t.teardown(() => second.signal('SIGKILL'))
    t.equal(await second.said(), 'ready')
    t.equal(await second.said(), 'waits for run-1')
    first.tell('on')
    t.equal(await first.said(), 'switched')
    first.signal('SIGKILL')
    t.equal(await second.said(), 'holds 2', 'at once, and with a larger token')
    second.tell('on')
    t.equal(await second.said(), 'switched')
  },
)

t.test(
  'a holder that was suspended until its lease expired can switch nothing when it comes back [issue 6, Leases]',
  async (t) => {
    const folder = `${t.testdir({})}/leases`
    const suspended = new HolderProcess(folder, 'suspended', 1000)
    t.teardown(() => suspended.signal('SIGKILL'))
    t.equal(await suspended.said(), 'ready')
    t.equal(await suspended.said(), 'holds 1')
    suspended.signal('SIGSTOP')
    const next = new HolderProcess(folder, 'next')
    t.teardown(() => next.signal('SIGKILL'))
    t.equal(await next.said(), 'ready')
    const said = await next.said()
    t.equal(said === 'waits for suspended' ? await next.said() : said, 'holds 2')
    suspended.signal('SIGCONT')
    suspended.tell('on')
    t.equal(await suspended.said(), 'ERR_VIEWNET_LEASE_LOST')
    next.tell('on')
    t.equal(await next.said(), 'switched')
  },
)

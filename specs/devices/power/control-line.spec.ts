import t from 'tap'
import { openOutlet } from 'viewnet/devices/power'
import { SimulatedControlLines, SimulatedSerialBus } from 'viewnet/devices/simulated'

t.test('a control line is driven without the other, and its port is not opened before that', async (t) => {
  const bus = new SimulatedSerialBus()
  const lines = new SimulatedControlLines()
  bus.plug('/dev/lines', lines)
  const host = { binding: bus, holder: 'spec' }
  const rts = await openOutlet({ driver: 'control-line', port: '/dev/lines', line: 'rts' }, host)
  const dtr = await openOutlet({ driver: 'control-line', port: '/dev/lines', line: 'dtr', safeState: 'as-is' }, host)
  t.equal(bus.openCount('/dev/lines'), 0, 'opening the port would raise both lines')
  t.same([lines.rts.isClosed, lines.dtr.isClosed], [false, false])

  await rts.off()
  await dtr.off()
  await rts.on()
  t.same([lines.rts.isClosed, lines.dtr.isClosed], [true, false])
  t.equal(await rts.state(), 'unknown', 'never what it was last told')
  await rts.close()
  t.same([lines.rts.isClosed, lines.dtr.isClosed], [false, false])
  await dtr.close()
  t.equal(bus.written('/dev/lines').length, 0)
})

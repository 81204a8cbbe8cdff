import t from 'tap'
import { parseConsoleOptions } from 'viewnet/devices/console'

t.test('a console needs a port alone', (t) => {
  const { marks, ...options } = parseConsoleOptions({ port: { vendor: '0403', product: '6001', serial: 'A1' } })
  t.same(options, {
    port: { vendor: '0403', product: '6001', serial: 'A1' },
    baudRate: 115_200,
    dataBits: 8,
    parity: 'none',
    stopBits: 1,
    maxLineLength: 1024,
    maxBufferedLines: 10_000,
    pauseMs: 300,
    maxFileBytes: 256 * 1024 * 1024,
  })
  t.match(Object.keys(marks), ['boot', 'ready', 'panic'])
  t.end()
})

t.test('marks of its own replace the known ones of that kind alone', (t) => {
  const { marks } = parseConsoleOptions({ port: '/dev/ttyS0', marks: { ready: ['^app: up$'] } })
  t.same(marks.ready, ['^app: up$'])
  t.ok(marks.panic.includes('Kernel panic'))
  t.end()
})

t.test('a pattern that does not compile is refused, and said where', (t) => {
  t.throws(() => parseConsoleOptions({ port: '/dev/ttyS0', marks: { panic: ['ok', '['] } }), {
    code: 'ERR_VIEWNET_OPTION',
    message: /marks\.panic\.1: expected a regular expression/,
  })
  t.end()
})

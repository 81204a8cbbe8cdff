import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { kernelPort, usbPorts } from '../../../devices/serial/usb-ports.js'

t.test('a USB port is named by controller, chain of sockets and interface, from sysfs alone', async (t) => {
  const sysfs = t.testdir({ class: { tty: { tty0: {} } } })
  const usb = join(sysfs, 'devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.3')
  const device = join(usb, '1-2.3:1.0/ttyUSB0')
  mkdirSync(device, { recursive: true })
  mkdirSync(join(sysfs, 'class/tty/ttyUSB0'))
  symlinkSync(device, join(sysfs, 'class/tty/ttyUSB0/device'))
  writeFileSync(join(usb, 'idVendor'), '1A86\n')
  writeFileSync(join(usb, 'idProduct'), '7523\n')
  writeFileSync(join(device, 'port_number'), '0\n')
  const port = {
    path: '/dev/ttyUSB0',
    id: 'usb:0000:00:14.0-2.3:1.0',
    usb: { vendor: '1a86', product: '7523', serial: undefined, location: '1-2.3' },
  }
  t.same(await usbPorts(sysfs), [port])
  t.same(await kernelPort('tty0', sysfs), { path: '/dev/tty0', id: 'tty:/dev/tty0', usb: undefined })
})

t.test('where there is no sysfs there are no ports, and nothing fails', async (t) => {
  t.same(await usbPorts(join(t.testdir(), 'none')), [])
})

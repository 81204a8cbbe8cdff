import t from 'tap'
import { OnvifDevice } from '../../../devices/onvif/index.js'
import { SimulatedRecorder } from '../../../devices/simulated/index.js'
import { VideoNetworkEndpoint } from '../../../harness/endpoint/index.js'
import { ConversionServer, udpLink } from '../../../sdk/index.js'

const CONVERTER = '00001-00020-00300-04000'
const DEVICE = '00001-00020-00300-00007'
const REQUESTS = 40

for (const quirks of [[], ['one-search-session']] as const) {
  t.test(
    `${REQUESTS} requests at once for one recorder are all answered, quirks: ${quirks.join() || 'none'}`,
    async (t) => {
      const recorder = new SimulatedRecorder({ seed: 5, recordings: 60, quirks })
      await recorder.start()
      const device = new OnvifDevice({ url: recorder.url })
      const server = new ConversionServer({
        number: CONVERTER,
        link: 'udp://127.0.0.1:0',
        peers: ['udp://127.0.0.1'],
        devices: [{ number: DEVICE, device }],
      })
      const errors: Error[] = []
      server.on('error', (error) => errors.push(error))
      const warnings: Error[] = []
      const warned = (warning: Error): void => void warnings.push(warning)
      process.on('warning', warned)
      await server.start()
      const endpoint = new VideoNetworkEndpoint({
        link: udpLink('udp://127.0.0.1:0'),
        to: server.address,
        converterNumber: CONVERTER,
      })
      await endpoint.start()
      t.teardown(async () => {
        process.off('warning', warned)
        await endpoint.close()
        await server.close()
        await device.close()
        await recorder.close()
      })
      const ends = await Promise.all(
        Array.from({ length: REQUESTS }, async (_, at) => {
          for await (const event of endpoint.request({ device: DEVICE, exchange: at + 1 })) {
            if (event.type === 'end') return event
          }
          return undefined
        }),
      )
      t.strictSame(
        ends.map((end) => [end?.verdict, end?.received]),
        ends.map(() => ['complete', 60]),
      )
      t.strictSame(errors, [])
      t.strictSame(warnings, [], 'and nothing warns of leaks')
    },
  )
}

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { serveOnTcp, SimulatedPelcoHead } from 'viewnet/devices/simulated'
import t from 'tap'
import { Leases } from '../../../harness/bench/index.js'
import { jsonLines, start, viewnet } from './viewnet.js'

const NUMBER = '00001-00020-00300-00007'

t.test(
  'a head is turned by hand, and always told to stop; who holds its port is waited for [issue 6, PTZ]',
  async (t) => {
    const head = new SimulatedPelcoHead(3, { tellsPosition: true })
    const served = await serveOnTcp(head)
    t.teardown(() => served.close())
    const cwd = t.testdir({})
    const ptz = { driver: 'pelco-d', port: served.path, address: 3 }
    await writeFile(
      join(cwd, 'bench.yaml'),
      JSON.stringify({ devices: [{ number: NUMBER, driver: 'simulated', ptz }] }),
    )
    const folder = join(cwd, 'leases')
    const options = { cwd, env: { VIEWNET_LEASES: folder } }
    const port = served.path.replace('tcp://', 'tcp:')

    const moving = start('ptz --bench bench.yaml move --pan -0.5 --zoom 1 --seconds 60', options)
    for (let left = 3000; head.motion.pan === undefined && left > 0; left--) await sleep(20)
    t.match(head.motion, { pan: 'left', zoom: 'tele', tilt: undefined })
    const stopped = await moving.stop('SIGINT')
    t.equal(stopped.status, 2)
    t.match(head.motion, { pan: undefined, zoom: undefined })

    const leases = new Leases({ folder })
    const held = await leases.acquire([{ name: port }], { holder: 'somebody' })
    const storing = start('ptz --bench bench.yaml store --preset 7 --json', options)
    await storing.said('viewnet: waiting for somebody (')
    t.equal(head.storedPresets.size, 0)
    held.release()
    leases.close()
    t.strictSame(jsonLines((await storing.ended).stdout), [{ device: NUMBER, head: `${port}#3`, action: 'store' }])
    t.ok(head.storedPresets.has(7))

    const went = await viewnet('ptz --bench bench.yaml go-to --preset 7 --seconds 0.1', options)
    t.equal(went.status, 0, went.stderr)
    t.equal(head.preset, 7)

    const position = { pan: head.position.pan, tilt: 4500, zoom: head.position.zoom }
    const asked = await viewnet('ptz --bench bench.yaml position --json', options)
    const whole = { ...position, pan: Math.floor(position.pan), zoom: Math.floor(position.zoom) }
    t.strictSame(jsonLines(asked.stdout), [{ device: NUMBER, head: `${port}#3`, action: 'position', position: whole }])
    head.fault = 'no-answer'
    const silent = await viewnet('ptz --bench bench.yaml position', options)
    t.equal(silent.status, 2)
    t.match(silent.stdout, `${NUMBER}: pan not told, tilt not told, zoom not told`)

    const wrong = await Promise.all([
      viewnet('ptz --bench bench.yaml move', options),
      viewnet('ptz --bench bench.yaml stop --preset 3', options),
      viewnet('ptz --bench bench.yaml move --tilt 2', options),
    ])
    t.strictSame(
      wrong.map(({ status }) => status),
      [3, 3, 3],
    )
    t.match(wrong[0]?.stderr, /expected --pan, --tilt or --zoom, got none/)
    t.match(wrong[1]?.stderr, /expected go-to or store beside --preset, got stop/)
    t.match(wrong[2]?.stderr, /Expected a ratio of -1 to 1, such as -0.5, got '2'/)
  },
)

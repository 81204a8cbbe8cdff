import Table from 'cli-table3'
import type { DeviceOffer, DiscoveredDevice } from 'viewnet/devices/onvif'

/** A device, and what it offers to anybody. */
export type FoundDevice = DiscoveredDevice & DeviceOffer

/** Devices for people, one a row. */
export function discoveryTable(devices: readonly FoundDevice[]): string {
  const table = new Table({
    head: ['device service', 'name', 'hardware', 'location', 'search', 'replay'],
    style: { head: [], border: [] },
  })
  for (const { url, xaddrs, name, hardware, location, search, replay } of devices)
    table.push([url ?? (xaddrs.join(' ') || '?'), name, hardware, location, answerOf(search), answerOf(replay)])
  return table.toString()
}

function answerOf(offered: boolean | undefined): string {
  return offered === undefined ? '?' : offered ? 'yes' : 'no'
}

import type { JSX } from 'preact'
import type { NightDevice, Trend } from '../night-record.js'
import { counted } from './figures.js'
import { DeviceName } from './night-device.js'
import { TrendCard } from './trend.js'

/** What the page tells at once: how long a device takes to boot, to list, to answer. */
const HEADLINES = ['boot time', 'listing time', 'answer time'] as const

/** Trends beside the headlines that are drawn; `viewnet history` tells all. */
const MAX_OTHERS = 120

interface DeviceTrend {
  readonly device: NightDevice
  readonly trend: Trend
}

/** How measurements moved from night to night, measurement by measurement: what moved most comes first. */
export function NightTrends({ devices }: { readonly devices: readonly NightDevice[] }): JSX.Element | null {
  const all = devices.flatMap((device) => moving(device).map((trend) => ({ device, trend })))
  if (all.length === 0) return null
  const told = new Map<string, DeviceTrend[]>()
  const others: DeviceTrend[] = []
  for (const { device, trend } of all) {
    const headline = headlineOf(trend)
    const group = headline === undefined ? undefined : (told.get(headline) ?? told.set(headline, []).get(headline))
    // Other cases measure the same on their way.
    if (group && !group.some((known) => known.device === device)) group.push({ device, trend })
    else others.push({ device, trend })
  }
  return (
    <section>
      <h2>Trends</h2>
      {HEADLINES.map((headline) => {
        const group = told.get(headline)
        return group && <TrendGroup measurement={headline} group={group} />
      })}
      {others.length > 0 && (
        <details>
          <summary>{counted(others.length, 'trend')} of other measurements</summary>
          <div class="trend-grid">
            {others.slice(0, MAX_OTHERS).map(({ device, trend }) => (
              <TrendCard trend={trend} title={trend.measurement} of={<DeviceName device={device} />} />
            ))}
          </div>
          {others.length > MAX_OTHERS && (
            <p class="small">… and {others.length - MAX_OTHERS} more: `viewnet history` tells them.</p>
          )}
        </details>
      )}
    </section>
  )
}

interface TrendGroupProps {
  readonly measurement: string
  readonly group: readonly DeviceTrend[]
}

function TrendGroup({ measurement, group }: TrendGroupProps): JSX.Element {
  return (
    <div class="trends">
      <h3>{measurement}</h3>
      <div class="trend-grid">
        {group
          .toSorted((a, b) => moveOf(b.trend) - moveOf(a.trend))
          .map(({ device, trend }) => (
            <TrendCard trend={trend} title={<DeviceName device={device} />} />
          ))}
      </div>
    </div>
  )
}

function moving({ trends = [] }: NightDevice): readonly Trend[] {
  return trends.filter(({ points }) => new Set(points.map(({ atMs }) => atMs)).size > 1)
}

/** @param measurement - `case/name`, or the name alone */
function headlineOf({ measurement }: Trend): string | undefined {
  const name = measurement.slice(measurement.lastIndexOf('/') + 1)
  return HEADLINES.find((headline) => headline === name)
}

/** How far the latest value is from the mean of those before it, as a share of that. */
function moveOf({ points }: Trend): number {
  const before = points.slice(0, -1).map(({ value }) => value)
  const mean = before.reduce((sum, value) => sum + value, 0) / Math.max(1, before.length)
  const move = Math.abs((points.at(-1)?.value ?? mean) - mean) / Math.max(1, Math.abs(mean))
  return Number.isFinite(move) ? move : 0
}

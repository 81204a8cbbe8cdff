import type { JSX } from 'preact'
import type { NightDevice } from '../night-record.js'

export interface DeviceProps {
  readonly device: NightDevice
  /** Its index in the night. */
  readonly at: number
}

/** What the bench calls a device, else its number: of a number the last part tells one device from the next. */
export function DeviceName({ device: { name, number } }: Pick<DeviceProps, 'device'>): JSX.Element {
  if (name !== '') return <bdi>{name}</bdi>
  const lastPart = number.lastIndexOf('-') + 1
  return (
    <bdi class="number">
      {number.slice(0, lastPart)}
      <b>{number.slice(lastPart)}</b>
    </bdi>
  )
}

/** The page of an attempt, from the folder of the night; undefined where there is none, or its folder would lead out of the night's. */
export function reportHref(report: string): string | undefined {
  const parts = report.split('/').filter((part) => part !== '' && part !== '.')
  if (parts.length === 0 || report.startsWith('/') || parts.includes('..')) return undefined
  return [...parts.map(encodeURIComponent), 'report.html'].join('/')
}

import Table from 'cli-table3'
import type { Recording } from 'viewnet/device'
import { clockOffsetText, type Inspection } from 'viewnet/devices/onvif'

/** The same for other programs: times in ISO 8601 UTC, as everywhere in our JSON; `end` is null while recording. */
export function inspectionJson({ resources, ...inspection }: Inspection): object {
  return {
    ...inspection,
    resources: resources && {
      ...resources,
      first: recordingJson(resources.first),
      last: recordingJson(resources.last),
    },
  }
}

function recordingJson(recording: Recording | null): object | null {
  if (!recording) return null
  const { startMs, endMs, channel, identity, coarse = false } = recording
  const end = endMs === undefined ? null : new Date(endMs).toISOString()
  return { start: new Date(startMs).toISOString(), end, channel, identity, coarse }
}

/** What a lab engineer attaches to a bug report: everything on one page. */
export function inspectionPage(inspection: Inspection): string {
  const { url, services, quirks, errors } = inspection
  const facts = new Table({ style: { head: [], border: [] }, wordWrap: true, colWidths: [18, 92] })
  facts.push(
    { device: url },
    { identity: identityText(inspection) },
    { clock: clockText(inspection) },
    { authentication: authenticationText(inspection) },
    { services: services?.map(serviceText).join(', ') ?? UNKNOWN },
    { search: searchText(inspection) },
    { summary: summaryText(inspection) },
    { resources: resourcesText(inspection) },
  )
  const lines = [
    facts.toString(),
    quirks.length === 0 ? 'Quirks: none seen' : 'Quirks:',
    ...quirks.map(({ name, fact, count }) => `  ${name}${count > 1 ? ` (${count} times)` : ''}: ${fact}`),
    errors.length === 0 ? 'Errors: none' : 'Errors:',
    ...errors.map(({ about, code, message }) => `  ${about}: ${message} (${code})`),
  ]
  return lines.join('\n')
}

const UNKNOWN = 'not known'

function identityText({ identity }: Inspection): string {
  if (!identity) return UNKNOWN
  const { manufacturer, model, firmware, serialNumber } = identity
  return `${manufacturer} ${model}, firmware ${firmware || UNKNOWN}, serial number ${serialNumber || UNKNOWN}`
}

function clockText({ clockOffsetMs }: Inspection): string {
  return clockOffsetMs === null ? UNKNOWN : clockOffsetText(clockOffsetMs)
}

function authenticationText({ authentication: { offered, accepted } }: Inspection): string {
  if (accepted === 'none' && offered.every((way) => way === 'none')) return 'none: it answered questions without any'
  return `asks for ${offered.join(', ') || UNKNOWN}; accepted ${accepted ?? 'nothing'}`
}

/** A device saved without its list of services has them without a version. */
function serviceText({ name, version }: { readonly name: string; readonly version: string }): string {
  return version === '0.0' ? name : `${name} ${version}`.trimEnd()
}

function searchText({ services, searchCapabilities }: Inspection): string {
  if (services && !services.some(({ name }) => name === 'search')) return 'not offered: recordings cannot be listed'
  if (!searchCapabilities) return UNKNOWN
  const { metadataSearch, generalStartEvents } = searchCapabilities
  return `metadata search: ${tell(metadataSearch)}; general start events: ${tell(generalStartEvents)}`
}

function tell(value: boolean | null): string {
  return value === null ? 'not told' : value ? 'yes' : 'no'
}

function summaryText({ summary }: Inspection): string {
  if (!summary) return UNKNOWN
  const { numberRecordings, dataFrom, dataUntil } = summary
  return `${numberRecordings || '?'} recordings, data from ${dataFrom || '?'} to ${dataUntil || '?'}`
}

function resourcesText({ resources }: Inspection): string {
  if (!resources) return 'could not be listed'
  const { count, channels, coarse, stillRecording, recordings, first, last } = resources
  const lines = [
    `${count} in ${counted(recordings, 'recording')} and ${counted(channels, 'channel')}; ${stillRecording} still recording; ` +
      `${coarse} known only by where the data of a track begin and end`,
  ]
  if (first && last) lines.push(`first ${recordingText(first)}`, `last  ${recordingText(last)}`)
  return lines.join('\n')
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function recordingText({ startMs, endMs, channel, identity }: Recording): string {
  const end = endMs === undefined ? 'still recording' : new Date(endMs).toISOString()
  return `${new Date(startMs).toISOString()} to ${end}, channel ${channel}, ${identity}`
}

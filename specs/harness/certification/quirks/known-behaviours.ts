import type { QuirkName } from 'viewnet/devices/simulated'

/** A way of real recorders that has to be survived, and what shows that it is. */
export interface KnownBehaviour {
  readonly what: string
  /** Under which names the simulated recorder has it. */
  readonly quirks?: readonly QuirkName[]
  /** Specs beside those that list and certify every quirk: file, and part of a title in it. */
  readonly specs?: readonly (readonly [file: string, title: string])[]
}

const DEVICE = 'devices/onvif/onvif-device'
const HOSTILE = 'devices/onvif/hostile-device'
const SESSION = 'devices/onvif/search-session'
const SOAP = 'devices/onvif/soap-client'
const QUIRKS = 'devices/onvif/quirks'
const ONE_DAY = 'devices/onvif/one-day'

/** By part of the driver. */
export const KNOWN_BEHAVIOURS: Readonly<Record<string, readonly KnownBehaviour[]>> = {
  Search: [
    {
      what: 'the same results at every poll',
      quirks: ['same-results-again'],
      specs: [[SESSION, 'the same results on every poll, and never an end']],
    },
    {
      what: 'MaxResults ignored',
      quirks: ['max-results-ignored'],
      specs: [[SESSION, 'more results than were asked for']],
    },
    { what: 'SearchState last', quirks: ['state-last'] },
    { what: 'SearchState Queued', quirks: ['state-queued'] },
    {
      what: 'SearchState Unknown',
      quirks: ['state-unknown'],
      specs: [[SESSION, 'all results and then only the state Unknown']],
    },
    {
      what: 'Completed too early',
      quirks: ['completed-early'],
      specs: [
        [SESSION, 'Completed on every page'],
        [SESSION, 'nothing at first, although Completed'],
      ],
    },
    {
      what: 'results in no order',
      quirks: ['results-shuffled'],
      specs: [[DEVICE, 'puts events in order that come in none']],
    },
    { what: 'EndSearch refused', quirks: ['end-search-refused'] },
    {
      what: 'search token expired, KeepAlive 10 s',
      quirks: ['token-expires'],
      specs: [
        [HOSTILE, 'begins a search again whose session has expired half-way'],
        [ONE_DAY, 'without a restart'],
      ],
    },
    { what: 'all recordings in one reply of 7 MB', quirks: ['one-big-reply'] },
    {
      what: 'one or two search sessions at a time',
      quirks: ['one-search-session'],
      specs: [
        [SESSION, 'waits for a device that has no session to spare'],
        [QUIRKS, 'two searches at a time'],
      ],
    },
  ],
  Content: [
    { what: 'one recording for the device, a track for each channel', quirks: ['one-recording'] },
    {
      what: 'one recording for each channel',
      specs: [['devices/onvif/simulated-recorder', 'lists exactly what the recorder holds']],
    },
    { what: 'one recording for each clip', quirks: ['recording-per-clip'] },
    {
      what: 'spans that start in 1970',
      quirks: ['starts-1970'],
      specs: [['devices/onvif/captures', 'lists one coarse recording from the replies of a real recorder']],
    },
    { what: 'empty recordings', quirks: ['empty-recordings'] },
    { what: 'NumberRecordings 0 beside a DataFrom', quirks: ['zero-recordings-with-data'] },
    { what: 'overlapping spans', quirks: ['overlapping-spans'] },
    { what: 'identical spans', quirks: ['identical-spans'] },
    { what: 'a recording still running', quirks: ['still-recording'] },
    {
      what: 'events outside the window asked for',
      quirks: ['events-outside-window'],
      specs: [['devices/onvif/intervals', 'passes over events outside of the range']],
    },
    { what: 'unrelated topics', quirks: ['unrelated-topics'], specs: [[DEVICE, 'passes over events of other topics']] },
    { what: 'start after end', quirks: ['start-after-end'] },
    {
      what: 'empty TrackToken',
      quirks: ['empty-track-token'],
      specs: [['devices/onvif/intervals', 'takes an event that names no track for the only track']],
    },
    { what: 'audio and metadata tracks', quirks: ['extra-tracks'] },
    { what: 'no events at all', quirks: ['no-events'], specs: [[DEVICE, 'coarse, when there are no events']] },
    { what: 'Time and UtcTime hours apart', quirks: ['local-time'] },
    { what: 'times of microseconds', quirks: ['microsecond-times'] },
    { what: 'times without zone', quirks: ['times-without-zone'] },
    { what: 'times with offset', quirks: ['times-with-offset'] },
  ],
  Filters: [
    { what: 'time filters ignored', quirks: ['filters-ignored'] },
    {
      what: 'time filters refused',
      quirks: ['filters-refused'],
      specs: [[DEVICE, 'asks without a filter when the device refuses the filter']],
    },
    { what: 'source filters misused', quirks: ['source-filter-misused'] },
  ],
  Authentication: [
    {
      what: 'WS-Security alone',
      specs: [
        ['devices/onvif/username-token', 'agrees with the worked example'],
        [HOSTILE, 'never sends the password itself'],
      ],
    },
    {
      what: 'HTTP Digest alone: two challenges, qop, stale nonces',
      quirks: ['http-digest-only'],
      specs: [
        [HOSTILE, 'answers the strongest challenge'],
        [HOSTILE, 'whose nonces are always stale'],
      ],
    },
    { what: 'both', quirks: ['http-digest-and-wss'] },
    { what: 'a clock minutes off', quirks: ['clock-minutes-off'] },
    { what: 'a clock hours off', quirks: ['clock-hours-off'] },
    {
      what: 'a clock that drifts during a run',
      quirks: ['clock-drifts'],
      specs: [
        [DEVICE, 'reads the clock again when it is refused'],
        [ONE_DAY, 'without a restart'],
      ],
    },
    { what: 'no authentication', quirks: ['no-authentication'] },
    {
      what: 'a wrong password: said once, and no account locked',
      specs: [
        [HOSTILE, 'proves a wrong password once'],
        [HOSTILE, 'does not try a wrong password again'],
        [QUIRKS, 'says that the password is wrong'],
      ],
    },
  ],
  Transport: [
    {
      what: 'https with a self-signed certificate: pinned, or insecure by option, never silently',
      quirks: ['https'],
      specs: [[QUIRKS, 'tells the fingerprint of a certificate that it does not trust']],
    },
    {
      what: 'XAddr with another host',
      quirks: ['xaddr-other-host'],
      specs: [['devices/onvif/services', 'reached at']],
    },
    { what: 'XAddr with another port', quirks: ['xaddr-other-port'] },
    { what: 'XAddr with another path', quirks: ['xaddr-other-path'] },
    {
      what: 'XAddr with a query string',
      quirks: ['xaddr-query'],
      specs: [[DEVICE, 'at the host that it reached, by its path and query']],
    },
    { what: '401 that closes the connection', quirks: ['closes-on-401'] },
    { what: 'chunked replies', quirks: ['chunked'], specs: [[SOAP, 'reads an answer that comes octet by octet']] },
    { what: 'replies without a length', quirks: ['unterminated-reply'] },
    {
      what: 'a reply that stops half-way',
      quirks: ['stops-half-way'],
      specs: [[SOAP, 'half an answer and then silence']],
    },
    { what: 'a reply of an octet a second', quirks: ['drips'] },
    { what: 'a reply that never starts', quirks: ['never-starts'], specs: [[SOAP, 'no answer at all']] },
    { what: '500 with a SOAP fault', quirks: ['fault-500'], specs: [[SOAP, 'status 500 with a fault']] },
    { what: '200 with a SOAP fault', quirks: ['fault-200'], specs: [[SOAP, 'status 200 with NotAuthorized']] },
    { what: 'an empty body', quirks: ['empty-body'], specs: [[SOAP, 'an empty SOAP body']] },
    { what: 'HTML', quirks: ['html'], specs: [[SOAP, 'a web page']] },
    { what: 'NUL octets', quirks: ['nul-octets'], specs: [[SOAP, 'a NUL octet']] },
    {
      what: 'truncated XML inside HTTP 200',
      quirks: ['truncated-xml'],
      specs: [
        [SOAP, 'XML that ends within a tag'],
        ['devices/onvif/damaged-replies', 'lists the truth or says why not'],
        ['devices/onvif/damaged-replies', 'where only the length shows it'],
      ],
    },
    { what: 'DTDs', quirks: ['dtd'], specs: [[SOAP, 'a document type']] },
    { what: 'entity bombs', quirks: ['entity-bomb'], specs: [[SOAP, 'an entity that is not XML’s own']] },
    {
      what: 'replies of 100 MB, bounded by option',
      quirks: ['huge-reply'],
      specs: [
        [QUIRKS, 'reads as long a reply as the option allows'],
        [HOSTILE, 'gives up a text without end'],
      ],
    },
    { what: 'IPv6', quirks: ['ipv6'] },
    {
      what: 'kept connections closed by the device between calls',
      quirks: ['keep-alive-closed'],
      specs: [
        [HOSTILE, 'lists a device that closes kept connections'],
        [HOSTILE, 'never asks for the same page twice'],
      ],
    },
  ],
  Replay: [
    { what: 'a replay address where nobody listens', quirks: ['replay-port-closed'] },
    { what: 'RTSP that never answers', quirks: ['replay-silent'] },
    { what: 'a description without media', quirks: ['replay-without-media'] },
    { what: 'RTSP with Basic alone', quirks: ['replay-basic-only'] },
  ],
  'Devices without search': [
    {
      what: 'unsupported, naming what the device offers',
      quirks: ['no-search'],
      specs: [[DEVICE, 'a device without a search service, naming what it offers']],
    },
  ],
  Identity: [
    { what: 'stable across polls and sessions', specs: [[QUIRKS, 'the same again']] },
    { what: 'stable across restarts', specs: [[ONE_DAY, 'without a restart']] },
    { what: 'stable across reordering', quirks: ['results-shuffled'] },
  ],
  Discovery: [
    {
      what: 'on a chosen network or all; a device once, whatever it answers',
      specs: [
        ['devices/onvif/discovery/discover-devices', 'finds a simulated recorder by multicast on one interface'],
        ['devices/onvif/discovery/device-register', 'counts a device once for all its answers'],
      ],
    },
    {
      what: 'scopes, model, whether Search and Replay are offered; JSON and a table',
      specs: [
        ['devices/onvif/discovery/device-register', 'reads scopes, escaped, repeated, foreign and broken ones'],
        ['harness/cli/discover', 'finds devices and tells what they offer, as JSON lines and as a table'],
      ],
    },
  ],
  Inspection: [
    {
      what: 'identity, clock, authentication, services, search, summary, first and last resources, quirks',
      specs: [
        ['devices/onvif/inspection/inspect-device', 'tells what a recorder is, has and can do'],
        ['harness/cli/inspect-captures', 'inspects the replies that were recorded from real devices'],
      ],
    },
    {
      what: 'saved without a secret, and served again',
      specs: [
        ['harness/cli/inspect', 'saves the responses without a secret, so that they are served and listed again'],
        ['devices/simulated/replay', 'serves a recorder again as it was saved'],
      ],
    },
  ],
  Reach: [
    {
      what: '100,000 resources of one recorder: time, memory, longest turn (`viewnet benchmark --only ONVIF`)',
      specs: [['devices/onvif/listing-memory', 'holds a few octets of each resource, however many there are']],
    },
    { what: '10,000 damaged replies', specs: [['devices/onvif/damaged-replies', 'lists the truth or says why not']] },
    { what: '24 h of device time', specs: [[ONE_DAY, 'in 24 h of device time without a restart']] },
    {
      what: 'every message sent and served valid by ONVIF’s schemas',
      specs: [
        ['devices/onvif/soap-request', 'every message that we send is valid by the ONVIF schemas'],
        ['devices/simulated/quirks/schema-validity', 'with every quirk, what is served is valid'],
      ],
    },
  ],
}

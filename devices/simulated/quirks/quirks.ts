/**
 * The ways of real recorders that a simulated one can be given, by name, each in one line. Where a quirk makes a listing impossible, the line says
 * what a driver should call it; everywhere else the recordings can be listed, as `truth()` tells them.
 */
export const QUIRKS = {
  'same-results-again': 'every poll gives all results found so far again, from the first, however many were asked for',
  'max-results-ignored': 'a poll gives as many results as there are, up to 10,000, however few were asked for',
  'state-last': 'SearchState stands behind the results, where the schema does not have it',
  'state-queued': 'a search is Queued, not Searching: two polls without results, then pages of 50 at most',
  'state-unknown': 'a search is Unknown, not Searching: two polls without results, then pages of 50 at most',
  'completed-early':
    'every poll says Completed, the first too, while the next brings more: at most 1 result, then 2, 4, 8 …',
  'results-shuffled': 'results come recording by recording, not in the order of time, and shuffled within each answer',
  'end-search-refused':
    'EndSearch is answered ActionNotSupported, so that a session lives until it is completed or forgotten',
  'token-expires': 'a search is forgotten 10 s after its last answer, whatever KeepAliveTime was asked for',
  'one-big-reply': 'thousands of recordings, most without data, in one reply of 7 MB; events in one reply too',
  'one-search-session': 'one search at a time; a second is answered ResourceProblem',

  'one-recording': 'one recording for the whole device, with a video track for each channel',
  'recording-per-clip': 'a recording of its own for every interval of video',
  'starts-1970': 'the oldest interval of each channel began before the clock was set, on 1970-01-01',
  'empty-recordings':
    'every channel has recordings beside its own that hold nothing: without tracks, and with bounds of 1970',
  'zero-recordings-with-data': 'GetRecordingSummary tells NumberRecordings 0 beside a DataFrom',
  'overlapping-spans': 'every channel has two recordings at a time, whose intervals overlap',
  'identical-spans': 'every channel is recorded twice over, with the same intervals in both recordings',
  'still-recording': 'every channel that holds anything still records: its last interval has no end',
  'events-outside-window':
    'event searches also give events of overwritten data from before and after the window asked for',
  'unrelated-topics': 'event searches give events of other topics in between, whatever topics were asked for',
  'start-after-end': 'RecordingInformation tells the newest data as the oldest, and the oldest as the newest',
  'empty-track-token': 'the TrackToken of every event result is empty; the message inside names the track',
  'extra-tracks': 'more tracks of sound, metadata and other data beside the video, with events of their own',
  'no-events': 'no events at all: the bounds of the tracks are all that is told',
  'local-time': 'the UtcTime of events is the local time, 8 hours ahead of their Time, which is right',
  'microsecond-times': 'times have six digits after the point',
  'times-without-zone': 'times have no zone and mean UTC',
  'times-with-offset': 'times are local and have their offset, +08:00',

  'filters-ignored': 'event searches ignore StartPoint, EndPoint, Scope and SearchFilter, and go forward',
  'filters-refused': 'a topic filter, an EndPoint and every scope are answered InvalidFilterFault',
  'source-filter-misused': 'IncludedSources finds nothing, and IncludedRecordings everything',

  'http-digest-only':
    'HTTP Digest and no WS-Security: challenges in MD5 without algorithm and in SHA-256, qop auth, nonces soon stale',
  'http-digest-and-wss': 'HTTP Digest or WS-Security, as the client likes',
  'clock-minutes-off': 'the clock is 7 minutes 13 seconds ahead: WS-Security tokens dated by another clock are too old',
  'clock-hours-off': 'the clock is 9 hours behind',
  'clock-drifts': 'the clock jumps 3 hours ahead after every 6 requests that needed a user',
  'no-authentication': 'everybody may do everything; credentials are not looked at',

  https: 'https with a self-signed certificate',
  'xaddr-other-host': 'services are said to be at another host, which does not answer',
  'xaddr-other-port': 'services are said to be at another port, where nobody listens',
  'xaddr-other-path': 'the search and replay services are at other paths than usual, which only XAddr tells',
  'xaddr-query': 'the search service answers only with the query string that XAddr tells',
  'closes-on-401': 'HTTP 401 closes the connection unannounced; HTTP Digest, unless WS-Security is there as well',
  chunked: 'replies come in chunks of 1, 2, 3, 5, 8 … octets, cut anywhere, also through a character',
  'unterminated-reply': 'replies have no length and end when the connection does',
  'stops-half-way': 'event results stop half-way and the connection stays open; UNREACHABLE',
  drips: 'event results come one octet a second; UNREACHABLE',
  'never-starts': 'event results are asked for and never answered; UNREACHABLE',
  'fault-500': 'event results are answered with a SOAP fault and HTTP 500; FAULT',
  'fault-200': 'event results are answered with a SOAP fault and HTTP 200; FAULT',
  'empty-body': 'event results are answered with HTTP 200 and nothing; FAULT',
  html: 'event results are answered with HTTP 200 and a login page; FAULT',
  'nul-octets': 'event results have NUL octets in the middle; FAULT',
  'truncated-xml': 'event results end after some of them, with HTTP 200 and the length that was sent; FAULT',
  dtd: 'event results begin with a document type declaration; FAULT',
  'entity-bomb': 'event results expand entities to gigabytes; FAULT',
  'huge-reply': 'event results are 100 MB long; FAULT, unless that many are wanted',
  ipv6: 'listens on ::1',
  'keep-alive-closed': 'idle connections are said to be kept and closed after every reply',

  'no-search': 'Media and PTZ are offered, Search and Replay are not; UNSUPPORTED',
} as const

/** The name of one quirk. */
export type QuirkName = keyof typeof QUIRKS

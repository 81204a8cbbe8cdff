/** One way of real recorders. */
interface QuirkProfile {
  /** What the recorder does; where it makes a listing impossible, also what a driver should call that. */
  readonly does: string
  /** What a driver does that knows only the specification, up to three lines, each to be read after "it". */
  readonly naive: readonly string[]
}

const PROFILES = {
  'same-results-again': {
    does: 'every poll gives all results found so far again, from the first, however many were asked for',
    naive: [
      'counts every result as often as it is told: the count grows with the number of polls',
      'polls for ever, because something always comes',
    ],
  },
  'max-results-ignored': {
    does: 'a poll gives as many results as there are, up to 10,000, however few were asked for',
    naive: ['takes an answer with more than was asked for as broken, or cuts it and loses the rest'],
  },
  'state-last': {
    does: 'SearchState stands behind the results, where the schema does not have it',
    naive: ['reads SearchState before the results, finds none, and takes the search for failed or finished'],
  },
  'state-queued': {
    does: 'a search is Queued, not Searching: two polls without results, then pages of 50 at most',
    naive: ['takes every state but Searching for the end, and lists nothing'],
  },
  'state-unknown': {
    does: 'a search is Unknown, not Searching: two polls without results, then pages of 50 at most',
    naive: ['takes every state but Searching for the end, and lists nothing'],
  },
  'completed-early': {
    does: 'every poll says Completed, the first too, while the next brings more: at most 1 result, then 2, 4, 8 …',
    naive: ['stops at the first Completed: one recording, one event'],
  },
  'results-shuffled': {
    does: 'results come recording by recording, not in the order of time, and shuffled within each answer',
    naive: [
      'pairs starts and ends in the order in which they come: intervals that never were',
      'takes the last event for the newest state',
    ],
  },
  'end-search-refused': {
    does: 'EndSearch is answered ActionNotSupported, so that a session lives until it is completed or forgotten',
    naive: ['fails a whole listing because it could not tidy up'],
  },
  'token-expires': {
    does: 'a search is forgotten 10 s after its last answer, whatever KeepAliveTime was asked for',
    naive: [
      'trusts the KeepAliveTime that it asked for, pauses, and gets InvalidToken half-way',
      'returns what it had by then',
    ],
  },
  'one-big-reply': {
    does: 'thousands of recordings, most without data, in one reply of 7 MB; events in one reply too',
    naive: ['caps replies at a megabyte, or reads 7 MB into a tree of a million objects, and stands still meanwhile'],
  },
  'one-search-session': {
    does: 'one search at a time; a second is answered ResourceProblem',
    naive: [
      'searches for events before it has ended its search for recordings: ResourceProblem',
      'gives up at once while somebody else searches',
    ],
  },

  'one-recording': {
    does: 'one recording for the whole device, with a video track for each channel',
    naive: [
      'takes a recording for a channel: everything is on channel 1',
      'joins the tracks of all channels into one interval',
    ],
  },
  'recording-per-clip': {
    does: 'a recording of its own for every interval of video',
    naive: ['asks for each recording by itself: thousands of searches', 'takes each recording for a channel'],
  },
  'starts-1970': {
    does: 'the oldest interval of each channel began before the clock was set, on 1970-01-01',
    naive: [
      'takes 0 for no time at all and drops the oldest interval',
      'searches from 1970 and cuts what began before',
    ],
  },
  'empty-recordings': {
    does: 'every channel has recordings beside its own that hold nothing: without tracks, and with bounds of 1970',
    naive: ['counts recordings that hold nothing', 'searches from 1970, because an empty recording says so'],
  },
  'zero-recordings-with-data': {
    does: 'GetRecordingSummary tells NumberRecordings 0 beside a DataFrom',
    naive: ['believes NumberRecordings, and answers with count 0'],
  },
  'overlapping-spans': {
    does: 'every channel has two recordings at a time, whose intervals overlap',
    naive: ['joins what overlaps: fewer, longer resources'],
  },
  'identical-spans': {
    does: 'every channel is recorded twice over, with the same intervals in both recordings',
    naive: ['tells resources apart by channel and time: half of them vanish'],
  },
  'still-recording': {
    does: 'every channel that holds anything still records: its last interval has no end',
    naive: ["gives an interval without an end the end 'now', another one at each poll, or leaves it out"],
  },
  'events-outside-window': {
    does: 'event searches also give events of overwritten data from before and after the window asked for',
    naive: ['counts what was overwritten long ago'],
  },
  'unrelated-topics': {
    does: 'event searches give events of other topics in between, whatever topics were asked for',
    naive: ['takes every event for one about data: motion becomes a recording'],
  },
  'start-after-end': {
    does: 'RecordingInformation tells the newest data as the oldest, and the oldest as the newest',
    naive: ['searches from the newest to the oldest: nothing is there, or everything is backwards'],
  },
  'empty-track-token': {
    does: 'the TrackToken of every event result is empty; the message inside names the track',
    naive: ['takes the track from the result, where it is empty, and finds no track of that name'],
  },
  'extra-tracks': {
    does: 'more tracks of sound, metadata and other data beside the video, with events of their own',
    naive: ['counts sound and metadata as resources: four times too many'],
  },
  'no-events': {
    does: 'no events at all: the bounds of the tracks are all that is told',
    naive: ['lists nothing, because no event says when data began'],
  },
  'local-time': {
    does: 'the UtcTime of events is the local time, 8 hours ahead of their Time, which is right',
    naive: ['takes the UtcTime of the message: everything is eight hours late'],
  },
  'microsecond-times': {
    does: 'times have six digits after the point',
    naive: ['refuses six digits, or rounds up, and is a millisecond off'],
  },
  'times-without-zone': {
    does: 'times have no zone and mean UTC',
    naive: ['reads them in the time zone of its own machine'],
  },
  'times-with-offset': {
    does: 'times are local and have their offset, +08:00',
    naive: ['cuts off the offset: everything is eight hours late'],
  },

  'filters-ignored': {
    does: 'event searches ignore StartPoint, EndPoint, Scope and SearchFilter, and go forward',
    naive: ['takes all that comes for what it asked for'],
  },
  'filters-refused': {
    does: 'a topic filter, an EndPoint and every scope are answered InvalidFilterFault',
    naive: ['fails when its filter is refused, though the device can list everything'],
  },
  'source-filter-misused': {
    does: 'IncludedSources finds nothing, and IncludedRecordings everything',
    naive: ['asks channel by channel: nothing by source, everything by recording, and so many times too much'],
  },

  'http-digest-only': {
    does: 'HTTP Digest and no WS-Security: challenges in MD5 without algorithm and in SHA-256, qop auth, nonces soon stale',
    naive: [
      'knows WS-Security alone and reports a wrong password',
      'does not count its use of a nonce, or knows only MD5, or keeps a stale nonce',
    ],
  },
  'http-digest-and-wss': {
    does: 'HTTP Digest or WS-Security, as the client likes',
    naive: ['proves itself twice, or tries all ways and counts up to the lock of the account'],
  },
  'clock-minutes-off': {
    does: 'the clock is 7 minutes 13 seconds ahead: WS-Security tokens dated by another clock are too old',
    naive: ['dates its tokens by its own clock and reports a wrong password'],
  },
  'clock-hours-off': {
    does: 'the clock is 9 hours behind',
    naive: [
      'dates its tokens by its own clock and reports a wrong password',
      'shows the offset of the zone, not of the clock',
    ],
  },
  'clock-drifts': {
    does: 'the clock jumps 3 hours ahead after every 6 requests that needed a user',
    naive: ['reads the clock once: good for a while, then NotAuthorized until it is restarted'],
  },
  'no-authentication': {
    does: 'everybody may do everything; credentials are not looked at',
    naive: ['cannot do without being asked who it is'],
  },

  https: {
    does: 'https with a self-signed certificate',
    naive: [
      'trusts every certificate, and so everybody between it and the device',
      'or none, and cannot be told otherwise',
    ],
  },
  'xaddr-other-host': {
    does: 'services are said to be at another host, which does not answer',
    naive: ['asks where the device says, which from here is nobody, and hangs'],
  },
  'xaddr-other-port': {
    does: 'services are said to be at another port, where nobody listens',
    naive: ['asks where the device says: connection refused'],
  },
  'xaddr-other-path': {
    does: 'the search and replay services are at other paths than usual, which only XAddr tells',
    naive: ['asks where other devices are asked, and gets a page of HTML'],
  },
  'xaddr-query': {
    does: 'the search service answers only with the query string that XAddr tells',
    naive: ["loses the query string: 404, or another channel's answers"],
  },
  'closes-on-401': {
    does: 'HTTP 401 closes the connection unannounced; HTTP Digest, unless WS-Security is there as well',
    naive: ['answers the challenge on a connection that is gone, and reports the device as unreachable'],
  },
  chunked: {
    does: 'replies come in chunks of 1, 2, 3, 5, 8 … octets, cut anywhere, also through a character',
    naive: ['takes a chunk for a message, or half a character for a wrong one'],
  },
  'unterminated-reply': {
    does: 'replies have no length and end when the connection does',
    naive: ['waits for a Content-Length that never comes'],
  },
  'stops-half-way': {
    does: 'event results stop half-way and the connection stays open; UNREACHABLE',
    naive: ['waits for ever, or takes the half for the whole'],
  },
  drips: {
    does: 'event results come one octet a second; UNREACHABLE',
    naive: ['waits as long as something comes: hours for one page'],
  },
  'never-starts': {
    does: 'event results are asked for and never answered; UNREACHABLE',
    naive: ["waits for ever, and holds the device's only session meanwhile"],
  },
  'fault-500': {
    does: 'event results are answered with a SOAP fault and HTTP 500; FAULT',
    naive: ['looks for results, finds none, and reads an empty list'],
  },
  'fault-200': {
    does: 'event results are answered with a SOAP fault and HTTP 200; FAULT',
    naive: ['believes the status, looks for results, and reads an empty list'],
  },
  'empty-body': {
    does: 'event results are answered with HTTP 200 and nothing; FAULT',
    naive: ['reads an empty list'],
  },
  html: {
    does: 'event results are answered with HTTP 200 and a login page; FAULT',
    naive: ['reads an empty list, or stumbles over the markup and blames itself'],
  },
  'nul-octets': {
    does: 'event results have NUL octets in the middle; FAULT',
    naive: ['ends the text at the first NUL: half of the list'],
  },
  'truncated-xml': {
    does: 'event results end after some of them, with HTTP 200 and the length that was sent; FAULT',
    naive: ['keeps the results that it has: half of the list'],
  },
  dtd: {
    does: 'event results begin with a document type declaration; FAULT',
    naive: ['reads it, and fetches whatever the declaration names'],
  },
  'entity-bomb': {
    does: 'event results expand entities to gigabytes; FAULT',
    naive: ['expands it to gigabytes, and dies'],
  },
  'huge-reply': {
    does: 'event results are 100 MB long; FAULT, unless that many are wanted',
    naive: ['keeps all of it in memory, several times over'],
  },
  ipv6: {
    does: 'listens on ::1',
    naive: ['loses the brackets of the address, or adds a port to it without any'],
  },
  'keep-alive-closed': {
    does: 'idle connections are said to be kept and closed after every reply',
    naive: [
      'fails with ECONNRESET at every second question',
      'or asks again blindly, and skips the page that was lost',
    ],
  },

  'replay-port-closed': {
    does: 'GetReplayUri names a port at which nobody listens',
    naive: ['takes an address for a stream, and offers recordings that nobody can play'],
  },
  'replay-silent': {
    does: 'RTSP connections are accepted, and DESCRIBE is never answered',
    naive: ['waits for ever'],
  },
  'replay-without-media': {
    does: 'DESCRIBE is answered with a description that has no media in it',
    naive: ['believes the status 200, and plays nothing'],
  },
  'replay-basic-only': {
    does: 'RTSP asks for the password itself (Basic), though SOAP takes a digest',
    naive: ['knows Digest alone, and reports a wrong password'],
  },

  'no-search': {
    does: 'Media and PTZ are offered, Search and Replay are not; UNSUPPORTED',
    naive: ['asks the device service for searches, gets ActionNotSupported, and lists nothing'],
  },
} as const satisfies Readonly<Record<string, QuirkProfile>>

/** The name of one quirk. */
export type QuirkName = keyof typeof PROFILES

function told<Value>(tell: (profile: QuirkProfile) => Value): Readonly<Record<QuirkName, Value>> {
  return Object.fromEntries(Object.entries(PROFILES).map(([name, profile]) => [name, tell(profile)])) as Record<
    QuirkName,
    Value
  >
}

/**
 * The ways of real recorders that a simulated one can be given, by name, each in one line. Where a quirk makes a listing impossible, the line says
 * what a driver should call it; everywhere else the recordings can be listed, as `truth()` tells them.
 */
export const QUIRKS: Readonly<Record<QuirkName, string>> = told(({ does }) => does)

/** What goes wrong, quirk by quirk, in a driver that knows only the specification: up to three lines each. */
export const NAIVE_DRIVER: Readonly<Record<QuirkName, readonly string[]>> = told(({ naive }) => naive)

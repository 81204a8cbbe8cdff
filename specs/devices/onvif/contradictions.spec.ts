import t from 'tap'
import { event, events, informationOf, list, ofRecording, type Refusal } from './one-track-recorder.js'

/** What the replies of one listing say of each other that cannot both be meant. */
const CONTRADICTIONS: readonly Refusal[] = [
  {
    name: 'a state under a topic that is not its own',
    setup: {
      answers: {
        GetEventSearchResults: events(
          'Completed',
          event('01:00:00', true, { topic: 'tns1:RecordingHistory/Track/state' }),
        ),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected the topic RecordingHistory\/Track\/State of an event with IsDataPresent, got 'tns1:RecordingHistory\/Track\/state'/,
  },
  {
    name: 'one topic in two dialects',
    setup: {
      answers: {
        GetEventSearchResults: events('Completed', event('01:00:00', true), event('02:00:00', false, { dialect: 'y' })),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected the dialect 'x' of every .* event, got 'y'/,
  },
  {
    name: 'a time that cannot be read, beside others that can',
    setup: {
      answers: {
        GetEventSearchResults: events(
          'Completed',
          event('01:00:00', true),
          event('', false, { time: '2026-01-:Time>' }),
        ),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected a time in every .* event, as in others, got '2026-01-:Time>'/,
  },
  {
    name: 'a track without events, and events of one that is not listed',
    setup: { answers: { GetEventSearchResults: events('Completed', event('01:00:00', true, { track: 'W' })) } },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected events of track 'R\/V', got none, and some of track 'W', which is not listed/,
  },
  {
    name: 'a track that lacks an end, and an end of one that is not listed',
    setup: {
      answers: {
        GetEventSearchResults: events(
          'Completed',
          event('01:00:00', true),
          event('02:00:00', false, { track: 'W' }),
          event('03:00:00', true),
        ),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected an end of data of track 'R\/V' after 2026-01-01T01:00:00.000Z, got none, and one of track 'W'/,
  },
  {
    name: 'a source that names a recording that is not listed, where others name one that is',
    setup: {
      answers: {
        GetEventSearchResults: events(
          'Completed',
          event('01:00:00', true),
          event('02:00:00', false).replace(
            'Name="RecordingToken" Value="R"',
            'Name="RecordingToken" Value="ReAUDIO001"',
          ),
        ),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected a listed recording in the source and the result of every event, as in others, got 'ReAUDIO001'/,
  },
  {
    name: 'a result of a recording that is not listed, where others are of one that is',
    setup: {
      answers: {
        GetEventSearchResults: events(
          'Completed',
          event('01:00:00', true),
          event('02:00:00', false).replace('<o:RecordingToken>R<', '<o:RecordingToken>RecorToken&gt;R<'),
        ),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected a listed recording in the source and the result of every event, as in others, got 'RecorToken>R'/,
  },
  {
    name: 'a source that names no recording, where others name one',
    setup: {
      answers: {
        GetEventSearchResults: events(
          'Completed',
          event('01:00:00', true),
          event('02:00:00', false).replace('Name="RecordingToken"', 'Name="RecordingTRecordingToken"'),
        ),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected a recording in the source of every .* event, as in others, got none/,
  },
  {
    name: 'a result that names no recording, where others name one',
    setup: {
      answers: {
        GetEventSearchResults: events(
          'Completed',
          event('01:00:00', true),
          event('02:00:00', false).replace('<o:RecordingToken>R</o:RecordingToken>', ''),
        ),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected a recording in the result of every .* event, as in others, got none/,
  },
  {
    name: 'two events in one result',
    setup: {
      answers: {
        GetEventSearchResults: events(
          'Completed',
          event('01:00:00', true).replace('</o:Event>', '</o:Event><o:Event></o:Event>'),
        ),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected one Event in every Result, got two/,
  },
  {
    name: 'an item whose name was cut',
    setup: {
      answers: {
        GetEventSearchResults: events(
          'Completed',
          event('01:00:00', true).replace('o:SimpleItem Name="Track"', 'tm Name="Track"'),
        ),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected items in a Message, got <tm> without a namespace/,
  },
  {
    name: 'a recording that has events and is not listed, but known by name',
    setup: {
      answers: {
        GetEventSearchResults: events('Completed', event('01:00:00', true), ofRecording('Q', event('01:10:00', true))),
        GetRecordingInformation: informationOf('Q', '2026-01-01T01:10:00Z'),
      },
    },
    code: 'ERR_VIEWNET_DEVICE_FAULT',
    says: /expected recording 'Q' in the list, got only its events/,
  },
]

for (const { name, setup, code, says } of CONTRADICTIONS) {
  t.test(`refuses ${name}`, async (t) => {
    const { error } = await list(setup)
    t.equal(error?.code, code)
    t.match(error?.message, says)
  })
}

t.test('takes events of the recording that name it elsewhere than events of the track do', async (t) => {
  const ofJob = event('00:10:00', true, {
    topic: 'tns1:RecordingHistory/Recording/State',
    item: 'IsRecording',
  }).replace('Name="RecordingToken" Value="R"', 'Name="RecordingJobToken" Value="J"')
  const answers = {
    GetEventSearchResults: events('Completed', ofJob, event('01:00:00', true), event('02:00:00', false)),
  }
  const { error, told } = await list({ answers })
  t.equal(error, undefined)
  t.equal(told, '01T01:00:00/01T02:00:00')
})

t.test('takes events of the recording whose results leave it out, as those of the track do not', async (t) => {
  const ofJob = event('00:10:00', true, {
    topic: 'tns1:RecordingHistory/Recording/State',
    item: 'IsRecording',
  }).replace('<o:RecordingToken>R</o:RecordingToken>', '')
  const answers = {
    GetEventSearchResults: events('Completed', ofJob, event('01:00:00', true), event('02:00:00', false)),
  }
  const { error, told } = await list({ answers })
  t.equal(error, undefined)
  t.equal(told, '01T01:00:00/01T02:00:00')
})

import type { RunVerdict } from '../report/index.js'

/** What a night tells while it goes on. */
export type NightEvent =
  | { readonly type: 'checking'; readonly deviceCount: number }
  /** The check before the night found something wrong; the device is attempted after the others. */
  | { readonly type: 'deviceAils'; readonly device: string; readonly health: string }
  /** An attempt of an earlier part of the night, which was under way when that ended. */
  | { readonly type: 'attemptSettled'; readonly device: string; readonly ordinal: number; readonly counts: boolean }
  /** The outlet of a device whose attempt was killed is somebody else's just now. */
  | { readonly type: 'outletAwaited'; readonly device: string; readonly holders: readonly string[] }
  /** The outlet of a device whose attempt was killed is in its safe state. */
  | {
      readonly type: 'outletSecured'
      readonly device: string
      readonly outlet: string
      readonly state: 'on' | 'off' | 'as-is'
    }
  | { readonly type: 'attemptStarted'; readonly device: string; readonly ordinal: number }
  | {
      readonly type: 'attemptProgressed'
      readonly device: string
      readonly ordinal: number
      readonly casesDone: number
      readonly cases: number
    }
  | {
      readonly type: 'attemptEnded'
      readonly device: string
      readonly ordinal: number
      readonly verdict: RunVerdict
      readonly why: string
    }

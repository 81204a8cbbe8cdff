import type { RunVerdict } from '../report/index.js'

/** What a night tells while it goes on. */
export type NightEvent =
  | { readonly type: 'checking'; readonly deviceCount: number }
  /** The check before the night found something wrong; the device is attempted after the others. */
  | { readonly type: 'deviceAils'; readonly device: string; readonly health: string }
  /** An attempt of an earlier part of the night, which was under way when that ended. */
  | { readonly type: 'attemptSettled'; readonly device: string; readonly ordinal: number; readonly counts: boolean }
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

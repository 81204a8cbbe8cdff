import { parseDateTime } from '../date-time.js'
import type { QuirkLog } from './quirk-log.js'

/**
 * Note what is unusual about how a time is written.
 *
 * @param where - for people: `DataFrom of recording R1`
 * @returns ms since 1970; `undefined` where it cannot be read, or is not there
 * @see ONVIF Recording Search, Time Information: UTC with `Z`
 */
export function readNotedTime(log: QuirkLog, text: string, where: string): number | undefined {
  if (text === '') return undefined
  const timeMs = parseDateTime(text)
  const told = `${where} is '${text}'`
  if (timeMs === undefined) log.note('unreadable-times', told)
  else if (/[+-]\d\d:?\d\d$/.test(text)) log.note('times-with-offset', told)
  else if (!/Z$/i.test(text)) log.note('times-without-zone', told)
  if (/[.,]\d{4,}/.test(text)) log.note('microsecond-times', told)
  return timeMs
}

/**
 * Pan, tilt and zoom of analogue cameras in the loop.
 *
 * @module devices/ptz
 */
export { PelcoHead, pelcoSchema, type FoundHead, type PelcoOptions, type PtzHost } from './pelco-d.js'
export type { PtzAxis, PtzMove } from './pelco-frame.js'
export { PtzError, PtzErrorCode } from './errors.js'

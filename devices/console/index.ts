/**
 * Serial consoles of the devices on a bench.
 *
 * @module devices/console
 */
export type { ConsoleCounts, ConsoleLine, ConsoleMark, MarkWait, SerialConsole } from './serial-console.js'
export { consoleSchema, parseConsoleOptions, type ConsoleOptions, type ParsedConsoleOptions } from './options.js'
export { findConsole, openConsole } from './find-console.js'
export type { ConsoleHost } from './console-host.js'
export type { SerialBinding } from '../serial/serial-binding.js'
export { ConsoleError, ConsoleErrorCode } from './errors.js'
export { LineFile } from './line-file.js'

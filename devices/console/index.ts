/**
 * Serial consoles of the devices on a bench.
 *
 * @module devices/console
 */
export type { ConsoleCounts, ConsoleLine, ConsoleMark, MarkWait, SerialConsole } from './serial-console.js'
export { consoleSchema, parseConsoleOptions, type ConsoleOptions, type ParsedConsoleOptions } from './options.js'
export { ConsoleError, ConsoleErrorCode } from './errors.js'

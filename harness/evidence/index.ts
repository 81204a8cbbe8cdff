/**
 * What became of every packet: gathered by taps around links, published over MQTT and to files, and read back.
 *
 * @module evidence
 */
export * from './asyncapi.js'
export * from './batch.js'
export * from './broker.js'
export * from './broker-address.js'
export * from './clock.js'
export { decodeBatch } from './decode-batch.js'
export * from './errors.js'
export * from './evidence-file.js'
export type { ConnectOptions } from './mqtt-client.js'
export * from './mqtt-publisher.js'
export type { JsonSchema } from './json-schema.js'
export * from './ndjson-reader.js'
export * from './ndjson-sink.js'
export * from './pcapng/index.js'
export * from './payloads.js'
export * from './record.js'
export * from './recorder.js'
export * from './run-reader.js'
export * from './run-state.js'
export * from './sides.js'
export * from './sink.js'
export { topicLevel, type Station } from './topics.js'

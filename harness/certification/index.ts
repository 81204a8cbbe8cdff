/**
 * The cases that a device must pass, and the run that finds out.
 *
 * @module certification
 */
export { findAttachments, type Attachments } from './attachments.js'
export type { CaseBench, CaseResult, CertificationCase, ExchangePlan, Findings, ObservedExchange } from './case.js'
export { CASE_IDS, CASES, CaseTag, type CaseId } from './case-ids.js'
export type { BlackBoxOptions } from './black-box-converter.js'
export { CATALOGUE } from './catalogue.js'
export { chosenCases, type CaseChoice } from './chosen-cases.js'
export { certify } from './certify.js'
export type { CertificationEvent, CertifyOptions } from './certify-options.js'
export { benchDevice, simulatedDevice, type DeviceUnderTest } from './device-under-test.js'
export type { DeviceNumbers } from './converter-under-test.js'
export { describeLeftOutlet, secureLeftOutlets, type LeftOutlet } from './left-outlets.js'
export type { Limit } from './held-to.js'
export { newRunId } from './run-id.js'
export type { PathFates, ResourceContents } from './resource-contents.js'

import { faultsName } from './fault.js'
import { pairingOf, type Outcome } from './pair.js'
import { scenarioName } from './scenario.js'

/** Faults with which every exchange has to succeed: one fewer than the three times that COMPLETE is said and a barren round is borne. */
export const BORNE_FAULT_COUNT = 2

/** The longest that a fault may delay a packet in any schedule: how long networks keep one is a premise of the protocol's 60 s of memory. */
export const DELAY_MOST_MS = 5_000

/** The protocol's longest wait for a repeat: REQUEST while PENDING (docs/protocol.md, section 3). */
const LONGEST_REPEAT_MS = 5_000
const SILENCE_MS = 60_000
const DEVICE_MOST_MS = 55_000

/**
 * What is wrong with an outcome, by the rules that hold for every schedule; undefined: nothing.
 *
 * Progress is bounded by the faults, not by patience: without one an exchange takes a round, and each fault costs at most one more round and
 * at most the longest repeat beside its own delay. Whatever goes on longer than its faults pay for is a livelock, however slowly it would end.
 */
export function violation(outcome: Outcome): string | undefined {
  const wrong =
    outcome.stuck ??
    outcome.misdelivered ??
    outcome.corruptionTaken ??
    wrongEnding(outcome) ??
    wrongClosing(outcome) ??
    wrongAgreement(outcome) ??
    wrongRepeat(outcome) ??
    wrongProgress(outcome)
  return wrong && `${wrong} [${scenarioName(outcome.scenario)}; ${faultsName(outcome.faults)}]`
}

/** The endpoint ends once, with a count that is true. */
function wrongEnding({ endings, scenario: { count, device }, deliveredCount }: Outcome): string | undefined {
  const [ending] = endings
  if (!ending || endings.length > 1) return `the endpoint ended ${endings.length} times`
  const { verdict, received, count: announced } = ending.event
  if (received !== deliveredCount) return `the endpoint says ${received} received and delivered ${deliveredCount}`
  if (announced !== undefined && announced !== count) return `the endpoint heard of ${announced} resources`
  const isRefused = device.refusal !== undefined || device.afterMs > DEVICE_MOST_MS
  switch (verdict) {
    case 'complete':
      if (isRefused) return 'the endpoint calls complete what the device refused'
      return received === count && announced === count ? undefined : `complete with ${received} of ${announced}`
    case 'refused':
      return isRefused ? undefined : 'the endpoint was refused a list that the device gives'
    case 'abandoned':
    case 'no-response':
      return undefined
    case 'contradiction':
    case 'aborted':
      return `the endpoint ended as ${verdict}: ${ending.event.why}`
  }
}

/** The converter opens one exchange if any REQUEST got through, asks its device once, and closes it once. */
function wrongClosing({ closings, askedCount, requestsHeardCount }: Outcome): string | undefined {
  const opened = requestsHeardCount > 0 ? 1 : 0
  if (askedCount !== opened) return `the device was asked ${askedCount} times for ${requestsHeardCount} REQUESTs`
  if (closings.length !== opened) return `the converter closed ${closings.length} of ${opened} exchanges`
  return undefined
}

/** Both sides end with what the other one said, or by an explicit end of their own; with few faults, well. */
function wrongAgreement(outcome: Outcome): string | undefined {
  const { endings, closings, faults, scenario } = outcome
  const { verdict } = endings[0]!.event
  const reason = closings[0]?.reason
  const facts = closings[0]?.facts
  const isAgreed =
    reason === undefined
      ? verdict === 'no-response'
      : reason === 'complete'
        ? verdict === 'complete' && facts?.receivedCount === scenario.count
        : reason === 'abandoned'
          ? verdict === 'abandoned' || verdict === 'no-response'
          : reason === 'refused'
            ? verdict === 'refused' || verdict === 'no-response'
            : reason === 'unconfirmed' && verdict !== 'refused'
  if (!isAgreed) return pairingOf(outcome)
  if (faults.length > BORNE_FAULT_COUNT) return undefined
  const isGood = verdict === 'complete' || verdict === 'refused'
  return isGood && reason === verdict ? undefined : `${pairingOf(outcome)}, with ${faults.length} faults`
}

/**
 * Nothing comes again unasked from a network that neither copies nor delays. Only a SELECTIVE round whose MISSING packets were lost may: it is
 * a full one then (docs/protocol.md, section 3).
 */
function wrongRepeat({ endings, faults, scenario }: Outcome): string | undefined {
  const { duplicates } = endings[0]!.event
  if (duplicates === 0 || scenario.selective) return undefined
  const isInnocent = faults.some(({ fault }) => fault.kind === 'duplicate' || fault.kind === 'delay')
  return isInnocent ? undefined : `${duplicates} resources came again unasked`
}

/** Rounds, packets and virtual time are paid for by faults. */
function wrongProgress({ endings, closings, faults, scenario, sentCount, quietAtMs }: Outcome): string | undefined {
  const { atMs: endedAtMs, event } = endings[0]!
  if (event.rounds > 1 + faults.length) return `${event.rounds} rounds for ${faults.length} faults`

  const { count, device, ratePacketsPerSecond, latencyMs } = scenario
  const deviceMs = Math.min(device.afterMs, DEVICE_MOST_MS)
  const packetsMost = 2 * (deviceMs / LONGEST_REPEAT_MS) + (1 + faults.length) * roundPackets(count)
  if (sentCount > packetsMost) return `${sentCount} packets sent; its faults pay for ${packetsMost}`

  const roundMs = 2_000 + (count / (ratePacketsPerSecond || 20_000)) * 1_000 + 8 * latencyMs
  let endsMostMs = deviceMs + roundMs
  for (const { fault } of faults) endsMostMs += LONGEST_REPEAT_MS + roundMs + (fault.kind === 'delay' ? fault.byMs : 0)
  if (endedAtMs > endsMostMs) return `the endpoint ended after ${endedAtMs} ms; its faults pay for ${endsMostMs}`

  // What was on its way at the end may still open an exchange, whose device then answers to nobody.
  const closesMostMs = endedAtMs + DELAY_MOST_MS + latencyMs + deviceMs + roundMs + SILENCE_MS
  const closedAtMs = closings[0]?.atMs ?? 0
  if (closedAtMs > closesMostMs) return `the converter closed ${closedAtMs - endedAtMs} ms after the endpoint's end`
  if (quietAtMs > closesMostMs + DELAY_MOST_MS) return `not quiet until ${quietAtMs - endedAtMs} ms after the end`
  return undefined
}

/**
 * Packets of one round at most: each RESOURCE with a PROGRESS on its arrival and one when nothing followed; ten ROUND_ENDs; and, within the
 * longest repeat, ten reports with their MISSING packets and five REQUESTs with their RESPONSEs. The three COMPLETEs take the place of reports.
 */
function roundPackets(count: number): number {
  return 3 * count + 10 + 10 * (1 + Math.ceil(count / 8_192)) + 10
}

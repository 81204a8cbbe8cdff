import type { FlowFacts } from './flow-facts.js'
import type { RuleDescription } from './rule.js'
import type { NotJudged } from './verdict.js'

/** What of a rule cannot be judged by the evidence of a flow, and why; undefined: nothing of it is left open. */
export function notJudged(
  { id, needs, unseenByEndpoint }: RuleDescription,
  { sides, resourceWithoutOctets }: Pick<FlowFacts, 'sides' | 'resourceWithoutOctets'>,
): NotJudged | undefined {
  const open = (extent: NotJudged['extent'], why: string): NotJudged => ({ rule: id, extent, why })
  if (!sides.converter && needs.includes('converter')) {
    return open('whole', unseenByEndpoint ?? 'it is seen at the converter alone')
  }
  if (!sides.endpoint && needs.includes('endpoint')) return open('whole', 'nothing was recorded at the endpoint')
  if (resourceWithoutOctets && needs.includes('octets')) {
    return open('whole', 'the octets of RESOURCE packets were not recorded')
  }
  return sides.converter || unseenByEndpoint === undefined ? undefined : open('part', unseenByEndpoint)
}

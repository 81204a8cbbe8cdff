import { answerRules } from './answer-rules.js'
import { countRules } from './count-rules.js'
import { endingRules } from './ending-rules.js'
import { evidenceRules } from './evidence-rules.js'
import { resourceRules } from './resource-rules.js'
import { roundRules } from './round-rules.js'
import type { Rule, RuleDescription } from './rule.js'
import { sequenceRules } from './sequence-rules.js'

/** Every rule, as it judges. Of several that one sighting breaks, the first here comes first in the findings. */
export const JUDGING_RULES: readonly Rule[] = [
  ...answerRules,
  ...countRules,
  ...sequenceRules,
  ...resourceRules,
  ...roundRules,
  ...endingRules,
  ...evidenceRules,
]

/** Every rule, in words. */
export const RULES: readonly RuleDescription[] = JUDGING_RULES

import { countMutants } from './count-mutants.js'
import type { Mutant } from './mutation.js'
import { packetMutants } from './packet-mutants.js'
import { resourceMutants } from './resource-mutants.js'
import { benchMutants, endpointMutants } from './rig-mutants.js'
import { roundMutants } from './round-mutants.js'

/** Who is wrong, and in which ways. */
export const MUTANTS: Readonly<Record<'converter' | 'endpoint' | 'bench', readonly Mutant[]>> = {
  converter: [...countMutants, ...packetMutants, ...resourceMutants, ...roundMutants],
  endpoint: endpointMutants,
  bench: benchMutants,
}

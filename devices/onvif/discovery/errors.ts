import { ViewnetError } from 'viewnet/device'

/** The network could not be probed at all: nothing can be said about which devices are there. */
export class DiscoveryError extends ViewnetError {}

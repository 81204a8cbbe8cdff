/** Whose packets are tapped. */
export const Side = ['converter', 'endpoint'] as const
export type Side = (typeof Side)[number]

/** What a run taps that says nothing else. One whose converter is a black box taps the endpoint alone. */
export const BOTH_SIDES: readonly Side[] = Side

/** Whether an operation that exceeds its caller's `costPerMinute` is only reported, or refused. */
export const costModes = ['measure', 'enforce'] as const

export type CostMode = (typeof costModes)[number]

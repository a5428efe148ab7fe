/** Whether an operation that exceeds its caller's `costPerMinute` is only told so, or refused. */
export const costModes = ['measure', 'enforce'] as const

export type CostMode = (typeof costModes)[number]

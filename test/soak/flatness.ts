import { z } from 'zod'

export const reading = z.object({ heapBytes: z.number(), handles: z.number(), sockets: z.number() })

export type Reading = z.output<typeof reading>

export const measures = ['heapBytes', 'handles', 'sockets'] as const

export interface Growth {
  readonly measure: (typeof measures)[number]
  /** The middle reading of the first and of the second half. */
  readonly before: number
  readonly after: number
  readonly isFlat: boolean
}

/** A single handle or socket more is no leak, but may be more than 5 %. */
const leeway = { heapBytes: 0, handles: 1, sockets: 2 } as const

/**
 * Compares the middle readings of both halves. Flat is what grows by at most 5 %. The first readings do not count: caches,
 * connections and compiled code come into being in that time.
 */
export function growthOf(readings: readonly Reading[]): readonly Growth[] {
  const steady = readings.slice(Math.floor(readings.length / 3))
  const half = Math.floor(steady.length / 2)
  return measures.map(measure => {
    const values = steady.map(each => each[measure])
    const [before, after] = [middle(values.slice(0, half)), middle(values.slice(-half))]
    return { measure, before, after, isFlat: after <= before * 1.05 + leeway[measure] }
  })
}

function middle(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}

/** How often a property is tried whose runs are long: `npm run test:long` tries it ten times as often. */
export function propertyRuns(count: number): number {
  return count * Number(process.env.PROPERTY_RUNS ?? 1)
}

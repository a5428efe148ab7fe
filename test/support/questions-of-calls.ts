const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

/** One call to Zenovay for each website. */
export function pagesOf(first: number, count: number): string {
  const fields = Array.from(
    { length: count },
    (_, index) =>
      `w${index}: website(by: { zenovayId: "${uuid(first + index)}" }) { views(first: 1) { leftOut } }`,
  )
  return `{ ${fields.join(' ')} }`
}

/** One call to PostHog for each project. */
export function heatmapsOf(first: number, count: number): string {
  const fields = Array.from(
    { length: count },
    (_, index) =>
      `p${index}: website(by: { posthogProjectId: "${first + index}" }) { heatmaps(first: 1) { nodes { id } } }`,
  )
  return `{ ${fields.join(' ')} }`
}

/** The day so many days ago, by the calendar of UTC, which is that of the sandbox's projects. */
export function dayAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
}

/** So many whole days up to the day so many days ago, which is not in it. */
export function daysBefore(ago: number, count: number): { readonly from: string; readonly to: string } {
  return { from: dayAgo(ago + count), to: dayAgo(ago) }
}

import { nameOf } from '../../upstream/source/batch-groups.ts'
import type { HeatmapFilter } from './wire.ts'

/** A name for what narrows a question beside its range: the same for the same members in whatever order. */
export function narrowingName({
  roles,
  ages,
  genders,
  taxonomy,
}: Omit<HeatmapFilter, 'start' | 'end'>): string {
  return nameOf(sorted(roles), sorted(ages), sorted(genders), taxonomy)
}

/** Each member once. */
export function sorted(members: readonly string[] | null | undefined): readonly string[] {
  return [...new Set(members ?? [])].sort()
}

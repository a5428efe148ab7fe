import { nameOf } from '../../upstream/source/batch-groups.ts'
import type { HeatmapFilter } from './wire.ts'

/** A name for the filters of a question besides its range: equal for the same members in any order. */
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

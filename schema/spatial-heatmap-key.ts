import { z } from 'zod'
import {
  type AuraHeatmap,
  type HeatmapFilter,
  spatialHeatmapTypes,
  type SpatialHeatmapType as VendorType,
} from '../src/providers/aura-vision/wire.ts'
import type { Seal } from '../src/seal.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import type { Instants } from './time-range.ts'

/** The filters of the question: with other filters the same row may show something else. */
export interface Narrowing {
  readonly roles?: string[]
  readonly ages?: string[]
  readonly genders?: string[]
  readonly taxonomy?: string
}

/** A row by its own fields and by the filters of the question that listed it. */
export interface HeatmapKey
  extends Pick<AuraHeatmap, 'locationId' | 'recordingId' | 'role' | 'age' | 'gender'> {
  readonly type: VendorType
  /** In UTC; null if the row does not say. */
  readonly made: string | null
  readonly narrowing: Narrowing
  /** The question that lists the row. */
  readonly range: Instants
  /** Whether only this server can have made it; older keys are plain text. */
  readonly isSealed: boolean
}

/** The fields of a row that its key holds. */
type Row = Omit<AuraHeatmap, 'organisationId' | 'localTime' | 'hasImage'> &
  Pick<HeatmapKey, 'narrowing' | 'range'>

/** The key behind `SpatialHeatmap:`: the location, the type, and the rest sealed. */
export function printHeatmapKey(row: Row, seal: Seal): string {
  const { locationId, type, recordingId, role, age, gender, createdAt, narrowing, range } = row
  const { roles = null, ages = null, genders = null, taxonomy = null } = narrowing
  const made = createdAt ?? [range.start.toISOString(), range.end.toISOString()]
  const rest = JSON.stringify([recordingId, role, age, gender, made, roles, ages, genders, taxonomy])
  const place = `${locationId}:${type}`
  return `${place}:${seal.close(rest, place, [role, age, gender, roles, ages, genders])}`
}

/** Throws BadInput for a key that names no heatmap. */
export function parseSpatialHeatmapKey(key: string, seal: Seal): HeatmapKey {
  const [, locationId, type, rest = ''] = /^([\da-f]{24}):(\w+):([\w-]+)$/i.exec(key) ?? []
  const vendorType = spatialHeatmapTypes.find(known => known === type)
  const opened = locationId && seal.open(rest, `${locationId.toLowerCase()}:${type}`)
  const parsed = encoded.safeParse(opened ?? Buffer.from(rest, 'base64url').toString())
  if (!locationId || !vendorType || !parsed.success)
    throw new BadInput(`No spatial heatmap has the id "${key}".`)
  const [recordingId, role, age, gender, made, roles, ages, genders, taxonomy] = parsed.data
  if (narrowingLength({ roles, ages, genders, taxonomy }) > longestNarrowing)
    throw new BadInput(`No spatial heatmap has the id "${key}".`)
  const narrowing = narrowingOf({ roles, ages, genders, taxonomy })
  const [start, end] = typeof made === 'string' ? [made, made] : made
  return {
    locationId: locationId.toLowerCase(),
    type: vendorType,
    recordingId,
    role,
    age,
    gender,
    made: typeof made === 'string' ? made : null,
    narrowing,
    range: { start: new Date(start), end: new Date(end) },
    isSealed: opened !== undefined,
  }
}

/** Equal for equal members in any order. */
export function narrowingOf({ roles, ages, genders, taxonomy }: Filters): Narrowing {
  const inOrder = (members: readonly string[]) => [...new Set(members)].sort()
  return {
    ...(roles && { roles: inOrder(roles) }),
    ...(ages && { ages: inOrder(ages) }),
    ...(genders && { genders: inOrder(genders) }),
    ...(taxonomy && { taxonomy }),
  }
}

type Filters = Omit<HeatmapFilter, 'start' | 'end'>

/** The longest total of all filter texts, so that ids stay short. */
export const longestNarrowing = 2000

/** In characters, plus one for each member. */
export function narrowingLength({ roles, ages, genders, taxonomy }: Filters): number {
  const members = [roles, ages, genders].flatMap(list => list ?? [])
  return members.reduce((sum, member) => sum + member.length + 1, taxonomy?.length ?? 0)
}

const text = z.string().nullable()
const list = z.array(z.string()).min(1).nullable()
const instant = z.iso.datetime()

const encoded = z
  .string()
  .transform((text, context) => {
    try {
      const json: unknown = JSON.parse(text)
      return json
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' })
      return z.NEVER
    }
  })
  .pipe(
    z.tuple([
      text,
      text,
      text,
      text,
      z.union([instant, z.tuple([instant, instant])]),
      list,
      list,
      list,
      text,
    ]),
  )

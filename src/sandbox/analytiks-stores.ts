import { exampleZones } from './analytiks-example.ts'
import type { Counts, Premises } from './traffic.ts'
import { noise, stores } from './world.ts'

export type Metric = Exclude<keyof Counts, 'zones'>

/** A location of the vendor's account. */
export interface CameraStore extends Premises {
  readonly timeZone: string
  readonly brandId: number
  readonly referenceNumber: string
  /** The metrics that its cameras count, for the location and for its zones. */
  readonly metrics: readonly Metric[]
}

/** Every location of the account by ascending id: the world's, then `extraStores` more from id 1001 on, of brand 7777. */
export function cameraStores(
  extraStores = 0,
  zones: readonly string[] = stores.map(({ timeZone }) => timeZone),
): CameraStore[] {
  const extra = Array.from({ length: extraStores }, (_, index) => extraStore(index, zones))
  return [...stores, ...extra].map(store => ({
    ...store,
    zones: store.locationId === 1 ? exampleZones : zonesOf(store.locationId),
    metrics: metricsOf(store.locationId),
  }))
}

const everything: readonly Metric[] = [
  'visits',
  'dwellTime',
  'groupVisits',
  'bounces',
  'allVisits',
  'peakOccupancy',
  'walkBys',
]

/** The vendor's page says that dwell time needs a calibrated camera. Location 11 counts only visits. */
function metricsOf(locationId: number): readonly Metric[] {
  const onlyVisits = locationId === 11 || (locationId > 1000 && locationId % 3 === 1)
  const uncalibrated = [3, 6, 10].includes(locationId) || (locationId > 1000 && locationId % 3 === 0)
  if (onlyVisits) return ['visits']
  return uncalibrated ? everything.filter(metric => metric !== 'dwellTime') : everything
}

function zonesOf(locationId: number): string[] {
  return Array.from({ length: 1 + Math.floor(3 * noise('zones', locationId)) }, (_, index) => {
    const digits = [0, 1, 2, 3].map(part => hexadecimal(noise('zone', locationId, index, part))).join('')
    const [, a, b, c, d, e] = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/.exec(digits) ?? []
    return `${a}-${b}-4${c}-8${d}-${e}`
  })
}

function extraStore(index: number, zones: readonly string[]) {
  const locationId = 1001 + index
  return {
    locationId,
    brandId: 7777,
    referenceNumber: `X${locationId}`,
    timeZone: zones[index % zones.length] ?? 'UTC',
    opens: 8 + Math.floor(3 * noise('opens', locationId)),
    closes: 18 + Math.floor(5 * noise('closes', locationId)),
    closedOn: noise('sunday', locationId) < 0.3 ? [7] : [],
    size: 20 + Math.floor(100 * noise('size', locationId)),
  }
}

function hexadecimal(fraction: number): string {
  return Math.floor(fraction * 2 ** 32)
    .toString(16)
    .padStart(8, '0')
}

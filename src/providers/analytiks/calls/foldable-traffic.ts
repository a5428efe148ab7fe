import { type LocationTraffic, locationMetrics, type MetricBuckets, type TrafficStep } from '../records.ts'
import { hour, quarterHour } from '../time/lengths.ts'

/**
 * Whether a window's traffic can be folded into a month: every bucket is an instant on a full step, no two buckets of a series
 * are equal, and quarter-hours are recognisable as such. Other traffic is read from the window itself.
 */
export function isFoldable(
  { buckets, pointsOfInterest }: Pick<LocationTraffic, 'buckets' | 'pointsOfInterest'>,
  step: TrafficStep,
): boolean {
  if (!areSteps(buckets, step) || !pointsOfInterest.every(zone => areSteps(zone.buckets, step))) return false
  if (step === 'hourly') return true
  let offsets = 0
  for (const metric of locationMetrics)
    for (const time of buckets[metric]?.times ?? []) offsets |= offsetOf(time)
  return offsets === 0 || isSeveral(offsets)
}

/** A bit for the quarter of the hour in which a time lies. */
export function offsetOf(time: number): number {
  return 1 << ((((time % hour) + hour) % hour) / quarterHour)
}

/** Whether these bits show quarter-hours: all hours start in the same quarter. */
export function isSeveral(offsets: number): boolean {
  return (offsets & (offsets - 1)) !== 0
}

function areSteps(buckets: MetricBuckets, step: TrafficStep): boolean {
  const milliseconds = step === 'hourly' ? hour : quarterHour
  let known: readonly number[] | undefined
  for (const series of Object.values(buckets)) {
    if (!series || series.times === known) continue
    if (!series.zoned) return false
    let last = Number.NEGATIVE_INFINITY
    for (const time of series.times) {
      // A modulo by division takes many times longer.
      if (time <= last || Math.floor(time / milliseconds) * milliseconds !== time) return false
      last = time
    }
    known = series.times
  }
  return true
}

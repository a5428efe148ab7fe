import type { TrafficColumns as ColumnsRecord } from '../src/providers/analytiks/series.ts'
import { builder } from './builder.ts'
import { sizedByBuckets } from './costs.ts'

export const TrafficColumns = builder.objectRef<ColumnsRecord>('TrafficColumns')
TrafficColumns.implement({
  description:
    'One value for each bucket, without gaps. The n-th belongs to the bucket that starts at the n-th of `starts`; for quarter-hours and hours this is `start` plus n times `stepSeconds`.',
  fields: t => ({
    start: t.expose('start', {
      type: 'DateTime',
      nullable: false,
      description:
        'The start of the first bucket: the first quarter-hour or hour that starts in the range, or the first day, week or month that overlaps it, which may start earlier.',
    }),
    stepSeconds: t.exposeInt('stepSeconds', {
      nullable: false,
      description:
        'Seconds from one bucket to the next. Nominal for days (86400), weeks (604800) and months (2592000, which is 30 days): real ones differ, so use `starts`.',
    }),
    values: t.field({
      type: ['SafeInt'],
      extensions: sizedByBuckets,
      nullable: { list: false, items: true },
      description: "In the series' unit; null for a bucket that Analytiks did not report.",
      resolve: ({ values }) => values,
    }),
    starts: t.field({
      type: ['DateTime'],
      extensions: sizedByBuckets,
      nullable: false,
      description: 'The start of each bucket, one for each of `values`.',
      resolve: columns => columns.starts(),
    }),
    localStarts: t.field({
      type: ['LocalDateTime'],
      extensions: sizedByBuckets,
      description:
        'The start of each bucket by the clock of the place, one for each of `starts`. An hour that the clock repeats appears twice, with different `starts`. Null where the place has no time zone.',
      resolve: columns => columns.localStarts(),
    }),
  }),
})

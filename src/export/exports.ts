import type { Scope } from '../access/scopes.ts'
import { locationMetrics } from '../providers/analytiks/records.ts'
import { BadInput } from '../upstream/bad-input.ts'
import type { Asking } from './ask-graph.ts'
import { chosen, type Parameters } from './parameters.ts'
import { findPlaces } from './places.ts'
import type { Table } from './table.ts'
import { dayAfter, type Interval } from './traffic-batches.ts'
import { trafficTable } from './traffic-table.ts'

/** Begins an export whose parameters are right. Rejects with RefusedExport. */
export type OpenTable = (asking: Asking) => Promise<Table>

export interface ExportKind {
  readonly scope: Scope
  /** Throws BadInput. */
  read(parameters: Parameters, facts: AccountFacts): OpenTable
}

/** What parameters mean with this account. */
export interface AccountFacts {
  /** Whether the operator said what a bucket of dwell time holds. */
  readonly hasDwellTime: boolean
}

const intervals: readonly Interval[] = ['QUARTER_HOUR', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY']

/** As the graph names them. */
const metricNames = locationMetrics.map(metric => metric.replace(/[A-Z]/g, '_$&').toUpperCase())

/** By the name in their addresses. */
export const exportKinds: Readonly<Record<string, ExportKind>> = {
  traffic: {
    scope: 'traffic:read',
    read(parameters, { hasDwellTime }) {
      const locations = parameters.all('location').map(text => filled('location', text))
      const brands = parameters.list('brand').map(brandOf)
      const { from, to } = parameters.days()
      const interval = parameters.choice('interval', intervals, 'HOURLY')
      const named = parameters.list('metrics').map(metric => chosen('metrics', metric, metricNames))
      const isRolledUp = interval !== 'HOURLY' && interval !== 'QUARTER_HOUR'
      const shown = metricNames.filter(metric => hasDwellTime || !isRolledUp || metric !== 'DWELL_TIME')
      const metrics = named.length > 0 ? [...new Set(named)] : shown
      return async asking => {
        const places = await findPlaces({ locations, brands, day: from, dayAfter: dayAfter(from, 1) }, asking)
        return trafficTable({ places, from, to, interval, metrics }, asking)
      }
    },
  },
}

function filled(name: string, text: string): string {
  if (text.trim()) return text.trim()
  throw new BadInput(`${name} is empty: leave it out, or name one.`)
}

function brandOf(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 31) return Number(text)
  throw new BadInput(`brand cannot be ${JSON.stringify(text)}: it is Analytiks' number of a brand.`)
}

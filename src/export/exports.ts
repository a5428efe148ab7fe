import type { Scope } from '../access/scopes.ts'
import { locationMetrics } from '../providers/analytiks/records.ts'
import { BadInput } from '../upstream/bad-input.ts'
import type { Asking } from './ask-graph.ts'
import { heatmapTable } from './heatmap-table.ts'
import { pageTable, snapshotTable } from './page-tables.ts'
import { chosen, type Parameters } from './parameters.ts'
import { findPlaces } from './places.ts'
import type { Table } from './table.ts'
import type { Interval } from './traffic-batches.ts'
import { trafficTable } from './traffic-table.ts'
import { findWebsites } from './websites.ts'

/** Starts an export with valid parameters. Rejects with RefusedExport. */
export type OpenTable = (asking: Asking) => Promise<Table>

export interface ExportKind {
  readonly scope: Scope
  /** Throws BadInput. */
  read(parameters: Parameters, facts: AccountFacts): OpenTable
}

/** What the meaning of parameters depends on. */
export interface AccountFacts {
  /** Whether the operator has set what a bucket of dwell time holds. */
  readonly hasDwellTime: boolean
  /** Whether the caller may read personal values. */
  readonly mayReadPeople: boolean
}

const intervals: readonly Interval[] = ['QUARTER_HOUR', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY']

/** In the graph's names. */
const metricNames = locationMetrics.map(metric => metric.replace(/[A-Z]/g, '_$&').toUpperCase())

/** By the name in their addresses. */
export const exportKinds: Readonly<Record<string, ExportKind>> = {
  traffic: {
    scope: 'traffic:read',
    read(parameters, { hasDwellTime }) {
      const places = placesIn(parameters)
      const interval = parameters.choice('interval', intervals, 'HOURLY')
      const named = parameters.list('metrics').map(metric => chosen('metrics', metric, metricNames))
      const isRolledUp = interval !== 'HOURLY' && interval !== 'QUARTER_HOUR'
      const shown = metricNames.filter(metric => hasDwellTime || !isRolledUp || metric !== 'DWELL_TIME')
      const metrics = named.length > 0 ? [...new Set(named)] : shown
      return async asking => {
        const found = await findPlaces(places, asking)
        return trafficTable({ ...places, places: found, interval, metrics }, asking)
      }
    },
  },
  heatmaps: {
    scope: 'heatmaps:read',
    read(parameters, { mayReadPeople }) {
      const places = placesIn(parameters)
      const named = parameters.list('types').map(type => chosen('types', type, heatmapTypes))
      const types = named.length > 0 ? [...new Set(named)] : heatmapTypes
      return async asking => {
        const found = await findPlaces(places, asking)
        return heatmapTable({ ...places, places: found, types, mayReadPeople }, asking)
      }
    },
  },
  pages: {
    scope: 'pages:read',
    read(parameters) {
      const websites = parameters.filled('website')
      return async asking => pageTable(await findWebsites(websites, asking), asking)
    },
  },
  snapshots: {
    scope: 'snapshots:read',
    read(parameters, { mayReadPeople }) {
      const websites = parameters.filled('website')
      return async asking => snapshotTable(await findWebsites(websites, asking), asking, mayReadPeople)
    },
  },
}

/** In the graph's names. */
const heatmapTypes = [
  'ENTRY',
  'EXIT',
  'INTERACTION',
  'LINGER',
  'LINGER_ACCUMULATED_TIME',
  'LINGER_AVERAGE_TIME',
  'LINGER_PEOPLE_COUNT',
  'PATH',
]

function placesIn(parameters: Parameters) {
  const locations = parameters.filled('location')
  const brands = parameters.list('brand').map(brandOf)
  const { from, to } = parameters.days()
  return { locations, brands, from, to }
}

function brandOf(text: string): number {
  if (/^\d{1,10}$/.test(text) && Number(text) < 2 ** 31) return Number(text)
  throw new BadInput(`brand cannot be ${JSON.stringify(text)}: it is Analytiks' number of a brand.`)
}

import { type DocumentNode, parse } from 'graphql'
import { z } from 'zod'
import { counted } from '../upstream/counted.ts'
import type { Asking, GraphResult } from './ask-graph.ts'
import { askBatches } from './batches.ts'
import { nextOf, PageInfo } from './graph-data.ts'
import { errorsOf, failureOf, type GraphError } from './graph-errors.ts'
import { field, type RecordField, readableOf, rowOf, selectionOf } from './record-fields.ts'
import type { Failure, Note, Part, Row, Table } from './table.ts'
import type { Site } from './websites.ts'

const pageFields: readonly RecordField[] = [
  field('view', 'text', { select: 'id' }),
  field('path', 'text'),
  field('url', 'text'),
  field('viewName', 'text', { select: 'name' }),
  field('totalInteractions', 'count'),
  field('lastInteractionAt', 'instant'),
]

const snapshotFields: readonly RecordField[] = [
  field('snapshot', 'text', { select: 'id' }),
  field('name', 'text'),
  field('viewName', 'text'),
  field('deviceType', 'text'),
  field('isDeviceTypeSelectedByUser', 'flag'),
  field('start', 'count'),
  field('createdAt', 'instant'),
  field('modifiedAt', 'instant'),
  field('applicationId', 'text'),
  field('eventId', 'text'),
  field('viewId', 'text'),
  field('sessionId', 'text', { isPersonal: true }),
  field('createdBy', 'text', { isPersonal: true }),
  field('createdByHandle', 'text', { isPersonal: true }),
  field('createdByUserId', 'text', { isPersonal: true }),
]

/** Zenovay lists no more pages, and Datadog no more snapshots of a page. */
const [mostPages, mostSnapshots] = [100, 1000]

/** A row for each of a website's most visited pages. */
export function pageTable(sites: readonly Site[], asking: Asking): Table {
  const document = documentOf('ExportPages', selectionOf(pageFields))
  const rowsOf = (page: unknown, of: Row) => ({ rows: [rowOf(page, pageFields, of)] })
  return tableOf(
    pageFields,
    partsOf(sites, document, asking, () => rowsOf),
  )
}

/** A row for each replay snapshot of a website's most visited pages, each once. */
export function snapshotTable(sites: readonly Site[], asking: Asking, mayReadPeople: boolean): Table {
  const fields = readableOf(snapshotFields, mayReadPeople)
  const document = documentOf(
    'ExportSnapshots',
    `path snapshots(first: ${mostSnapshots}) { ${selectionOf(fields)} }`,
  )
  const rowsOfSite = () => {
    const known = new Set<unknown>()
    return (page: unknown, of: Row) => {
      const { snapshots } = Page.parse(page)
      if (!snapshots) return { rows: [], isUnknown: true }
      const all = snapshots.map(snapshot => rowOf(snapshot, fields, of))
      // Many pages may have the same view name.
      const rows = all.filter(row => !known.has(row[of.length]) && known.add(row[of.length]))
      return { rows, isCut: all.length >= mostSnapshots }
    }
  }
  return tableOf(fields, partsOf(sites, document, asking, rowsOfSite))
}

function tableOf(fields: readonly RecordField[], parts: Table['parts']): Table {
  return { columns: [field('website', 'text'), field('websiteName', 'text'), ...fields], parts }
}

function documentOf(name: string, selection: string): DocumentNode {
  return parse(`query ${name}($ids: [ID!]!, $first: Int!, $after: String) {
    nodes(ids: $ids) {
      ... on Website {
        id
        name
        views(first: $first, after: $after) { leftOut totalCount nodes { ${selection} } pageInfo { hasNextPage endCursor } }
      }
    }
  }`)
}

const Page = z.object({ path: z.string().optional(), snapshots: z.array(z.unknown()).nullable().optional() })
const Websites = z.object({
  nodes: z.tuple([
    z
      .object({
        name: z.string().nullable(),
        views: z
          .object({
            leftOut: z.number(),
            totalCount: z.number(),
            nodes: z.array(z.unknown()),
            pageInfo: PageInfo,
          })
          .nullable(),
      })
      .nullable(),
  ]),
})

type ReadPage = (
  page: unknown,
  of: Row,
) => {
  readonly rows: readonly Row[]
  /** Whether there may be more rows. */
  readonly isCut?: boolean
  /** Whether Datadog does not know its website. */
  readonly isUnknown?: boolean
}

async function* partsOf(
  sites: readonly Site[],
  document: DocumentNode,
  { calls, gone }: Asking,
  readerOf: () => ReadPage,
): AsyncGenerator<Part> {
  let isFirst = true
  for (const site of sites) {
    const read = readerOf()
    let after: string | null = null
    do {
      const variables = { ids: [site.id], first: mostPages, after }
      const whole = { halves: () => undefined }
      after = null
      const ask = () => calls(document, variables)
      for await (const { result, refusal } of askBatches([whole], ask, { gone, isFirst })) {
        isFirst = false
        if (refusal) yield failed(site, refusal)
        else if (result.data != null) {
          const { part, next } = partOf(site, result, read)
          yield part
          after = next
        }
      }
    } while (after !== null)
  }
}

function failed({ id }: Site, error: GraphError): Part {
  return { rows: [], failures: [failureOf(error, { website: id })], notes: [] }
}

function partOf(
  site: Site,
  result: GraphResult,
  readPage: ReadPage,
): { readonly part: Part; readonly next: string | null } {
  const errors = errorsOf(result)
  const ofPage = Map.groupBy(errors, ({ path }) =>
    path?.[2] === 'views' && path[3] === 'nodes' ? path[4] : undefined,
  )
  const [ofSite] = ofPage.get(undefined) ?? []
  const [website] = Websites.parse(result.data).nodes
  if (ofSite) return { part: failed(site, ofSite), next: null }
  const of = { website: site.id }
  if (!website?.views) return { part: unknownPart(site, 'Zenovay', 'pages'), next: null }
  const { name, views } = website
  const rows: Row[] = []
  const failures: Failure[] = []
  let isUnknown = false
  for (const [index, page] of views.nodes.entries()) {
    const { path = null } = Page.safeParse(page).data ?? {}
    const [error] = ofPage.get(index) ?? []
    if (error) {
      failures.push(failureOf(error, { ...of, path }))
      continue
    }
    const read = readPage(page, [site.id, name])
    rows.push(...read.rows)
    isUnknown ||= read.isUnknown ?? false
    if (read.isCut)
      failures.push({
        of: { ...of, path },
        message: `Datadog lists ${mostSnapshots} snapshots of this page, and may have more.`,
        code: 'TRUNCATED',
      })
  }
  const next = nextOf(views.pageInfo)
  if (next !== null) return { part: { rows, failures, notes: [] }, next }
  const unknown = isUnknown ? unknownPart(site, 'Datadog', 'snapshots') : undefined
  const notes = notesOf(views).map((message): Note => ({ of, message }))
  return {
    part: {
      rows,
      failures: [...failures, ...(unknown?.failures ?? [])],
      notes: [...notes, ...(unknown?.notes ?? [])],
    },
    next,
  }
}

function notesOf({
  leftOut,
  totalCount,
}: {
  readonly leftOut: number
  readonly totalCount: number
}): string[] {
  return [
    ...(leftOut > 0 ? [`Zenovay's list has ${counted(leftOut, 'row')} without a page of this website.`] : []),
    ...(leftOut + totalCount >= mostPages
      ? [`Zenovay lists the ${mostPages} most visited pages of this website, and may know more.`]
      : []),
  ]
}

function unknownPart({ id, isNamed }: Site, vendor: string, missing: string): Part {
  const one = {
    of: { website: id },
    message: `${vendor} does not know this website, so none of its ${missing} are known.`,
  }
  return { rows: [], failures: isNamed ? [{ ...one, code: 'NOT_FOUND' }] : [], notes: isNamed ? [] : [one] }
}

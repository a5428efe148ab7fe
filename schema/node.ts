import { brandWithType } from '@pothos/core'
import type { GraphQLResolveInfo } from 'graphql'
import type { Context } from '../src/context.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { asError } from '../src/upstream/error.ts'
import { checked } from './argument-checks.ts'
import { Brand, findBrand } from './brand.ts'
import { builder } from './builder.ts'
import { sized } from './costs.ts'
import { findLocation, Location } from './location.ts'
import { PageHeatmap, parsePageHeatmapKey, readPageHeatmap } from './page-heatmap.ts'
import { checkNodeId } from './route-id.ts'
import { checkScopes } from './scopes.ts'
import { findSpatialHeatmap, SpatialHeatmap } from './spatial-heatmap.ts'
import { findView, View } from './view.ts'
import { findWebsite, Website } from './website.ts'

const maximumIds = 1000

builder.queryFields(t => ({
  node: t.field({
    type: builder.nodeInterfaceRef(),
    description: 'The object with this id.',
    args: { id: t.arg.id({ required: true, description: 'The `id` of anything that implements Node.' }) },
    extensions: checked<{ readonly id: string }>(({ id }) => checkNodeId(id)),
    resolve: (_root, { id }, context, info) => findNode(id, context, info),
  }),
  nodes: t.field({
    type: [builder.nodeInterfaceRef()],
    nullable: { list: false, items: true },
    description: `The objects with these ids, in their order; at most ${maximumIds}. An id that names nothing is null, with its own error.`,
    args: {
      ids: t.arg.idList({ required: true, description: 'The `id`s of anything that implements Node.' }),
    },
    extensions: {
      ...checked<{ readonly ids: readonly string[] }>(({ ids }) => {
        if (ids.length > maximumIds)
          throw new BadInput(`At most ${maximumIds} ids can be asked at once, not ${ids.length}.`)
      }),
      ...sized<{ readonly ids: readonly string[] }>({ size: ({ ids }) => ids.length }),
    },
    resolve: (_root, { ids }, context, info) => ids.map(id => nodeOrError(id, context, info)),
  }),
}))

/**
 * Synchronous if the object is known: a promise for each row takes longer than the look-up. Returns the error instead of
 * rejecting: compiled queries would put a rejection at the wrong index.
 */
function nodeOrError(globalId: string, context: Context, info: GraphQLResolveInfo): object | Promise<object> {
  try {
    const node = findNode(globalId, context, info)
    return node instanceof Promise ? node.catch(asError) : node
  } catch (error) {
    return asError(error)
  }
}

function findNode(globalId: string, context: Context, info: GraphQLResolveInfo): object | Promise<object> {
  const colon = globalId.indexOf(':')
  const name = globalId.slice(0, colon)
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  if (!kind)
    throw new BadInput(
      `"${globalId}" is no id of a node: it starts with one of ${Object.keys(kinds).join(', ')} and a colon.`,
    )
  checkScopes(info.schema.getType(name), context.caller)
  const found = kind.find(globalId.slice(colon + 1), context, info)
  return found instanceof Promise ? found.then(node => branded(node, kind.type)) : branded(found, kind.type)
}

/** A copy, since all requests share the entries of the catalog. */
function branded(found: object, type: Parameters<typeof brandWithType>[1]): object {
  const node = { ...found }
  brandWithType(node, type)
  return node
}

type Find = (key: string, context: Context, info: GraphQLResolveInfo) => object | Promise<object>

const kinds: Readonly<
  Record<string, { readonly type: Parameters<typeof brandWithType>[1]; readonly find: Find }>
> = {
  Location: { type: Location, find: (key, { catalog }) => findLocation(catalog, key) },
  Brand: { type: Brand, find: key => findBrand(key) },
  Website: { type: Website, find: (key, { catalog }) => findWebsite(catalog, key) },
  View: { type: View, find: (key, { catalog }) => findView(catalog, key) },
  PageHeatmap: {
    type: PageHeatmap,
    find: (key, context, info) => readPageHeatmap(parsePageHeatmapKey(key), context, info),
  },
  SpatialHeatmap: { type: SpatialHeatmap, find: (key, context) => findSpatialHeatmap(key, context) },
}

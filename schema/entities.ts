import { BadInput } from '../src/upstream/bad-input.ts'
import { Brand, findBrand } from './brand.ts'
import { builder } from './builder.ts'
import { findLocation, Location, locationKey } from './location.ts'
import { PageHeatmap, parsePageHeatmapKey, readPageHeatmap } from './page-heatmap.ts'
import { findSnapshot, Snapshot } from './snapshot.ts'
import { findSpatialHeatmap, SpatialHeatmap } from './spatial-heatmap.ts'
import { findView, View, viewAt } from './view.ts'
import { addressAt, findWebsite, Website, websiteAt, websiteKey } from './website.ts'

builder.asEntity(Location, {
  key: [
    builder.selection<{ id: string }>('id'),
    builder.selection<{ auraVisionId: string }>('auraVisionId'),
    builder.selection<{ analytiksId: string }>('analytiksId'),
    builder.selection<{ brandId: number; referenceNumber: string }>('brandId referenceNumber'),
  ],
  resolveReference: (key, { catalog }) =>
    findLocation(catalog, locationKey('brandId' in key ? { reference: key } : key)),
})

builder.asEntity(Brand, {
  key: [builder.selection<{ id: string }>('id'), builder.selection<{ brandId: number }>('brandId')],
  resolveReference: key => findBrand('id' in key ? behind('Brand', key.id) : String(key.brandId)),
})

builder.asEntity(Website, {
  key: [
    builder.selection<{ id: string }>('id'),
    builder.selection<{ origin: string }>('origin'),
    builder.selection<{ zenovayId: string }>('zenovayId'),
    builder.selection<{ posthogProjectId: string }>('posthogProjectId'),
    builder.selection<{ posthogEnvironmentId: string }>('posthogEnvironmentId'),
    builder.selection<{ datadogApplicationId: string }>('datadogApplicationId'),
  ],
  resolveReference: (key, context) =>
    'origin' in key
      ? websiteAt(addressAt(new URL(key.origin)).origin, context)
      : findWebsite(context.catalog, websiteKey(key)),
})

builder.asEntity(View, {
  key: [builder.selection<{ id: string }>('id'), builder.selection<{ url: string }>('url')],
  resolveReference: (key, context) =>
    'url' in key ? viewAt(new URL(key.url), context) : findView(context.catalog, behind('View', key.id)),
})

builder.asEntity(PageHeatmap, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: (key, context, info) =>
    readPageHeatmap(parsePageHeatmapKey(behind('PageHeatmap', key.id)), context, info),
})

builder.asEntity(SpatialHeatmap, {
  key: builder.selection<{ id: string }>('id'),
  resolveReference: (key, context) => findSpatialHeatmap(behind('SpatialHeatmap', key.id), context),
})

builder.asEntity(Snapshot, {
  key: [
    // Datadog has no route for one snapshot: only the list of its view has it.
    builder.keyDirective(builder.selection<{ id: string }>('id'), false),
    builder.selection<{ id: string; viewName: string }>('id viewName'),
  ],
  resolveReference: (key, context) => {
    if ('viewName' in key) return findSnapshot(key, context)
    throw new BadInput('A snapshot is found by its id and viewName.')
  },
})

/** The part of an id behind the type's name and the colon. */
function behind(type: string, id: string): string {
  return id.startsWith(`${type}:`) ? id.slice(type.length + 1) : id
}

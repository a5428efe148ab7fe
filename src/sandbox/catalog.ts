import { stringify } from 'yaml'
import { sites, stores, viewNames } from './world.ts'

/** The catalog of the made-up world, as YAML. */
export function sandboxCatalog(): string {
  return stringify({
    locations: stores.map(store => ({
      id: store.id,
      name: store.name,
      timeZone: store.timeZone,
      auraVision: { locationId: store.auraLocationId },
      analytiks: {
        locationId: store.locationId,
        brandId: store.brandId,
        referenceNumber: store.referenceNumber,
      },
    })),
    websites: sites.map(site => ({
      id: site.id,
      name: site.name,
      origin: site.origin,
      origins: [site.origin.replace('://', '://www.')],
      zenovay: { websiteId: site.zenovayId },
      posthog: { projectId: site.posthogProjectId, timeZone: 'UTC' },
      datadog: { applicationId: site.datadogApplicationId },
      views: viewNames
        .filter(view => view.site === site.id)
        .map(({ path, viewName }) => ({ path, viewName })),
    })),
  })
}

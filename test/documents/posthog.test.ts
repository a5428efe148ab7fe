import { expect, test } from 'vitest'
import {
  DocumentPageHeatmapDocument,
  type DocumentPageHeatmapQuery,
  DocumentScreenshotDocument,
} from '../generated/graphql.ts'
import { ask } from '../support/client.ts'
import { serve } from '../support/serving.ts'
import { readExample } from '../support/vendor-page.ts'

const uuid = '497f6eca-6276-4993-bfeb-53cbbbba6f08'
/** The two routes of the page, and what asks them. */
const scopes = [
  { scope: 'environments', id: 'PageHeatmap:environment:1', by: { environmentId: '1' } },
  { scope: 'projects', id: 'PageHeatmap:project:1', by: { projectId: '1' } },
]

test.each(scopes)('every value of the page comes out of the graph, by $scope', async ({ scope, id, by }) => {
  await using served = await serve()
  const body = await readExample('posthog', 'screenshot-202.json')
  const headers = { 'content-type': 'application/json' }
  const route = `GET /api/${scope}/:project_id/heatmap_screenshots/:id/content{/}?`
  served.sandbox.posthog.journal.script({ route, answer: { status: 202, headers, body } })
  const { data, errors } = await ask(served.origin, DocumentPageHeatmapDocument, { ...by, uuid })
  expect(errors).toEqual([])
  const { id: globalId, image, ...heatmap } = data.pageHeatmap ?? raise('no heatmap')
  expect(asOnPage(heatmap)).toStrictEqual(JSON.parse(body))
  expect(globalId).toBe(`${id}:${uuid}`)
  expect(image).toEqual({
    state: 'RENDERING',
    link: expect.stringMatching(`^${served.origin}/images/`),
    contentType: null,
    width: null,
    // Two seconds unless the vendor says otherwise.
    retryAfterSeconds: 2,
    failure: null,
  })
})

test.each(scopes)("the page's request is sent with the key as Bearer, by $scope", async ({ scope, by }) => {
  await using served = await serve({ environment: { POSTHOG_PERSONAL_API_KEY: '[your personal api key]' } })
  await ask(served.origin, DocumentScreenshotDocument, { ...by, uuid, width: 768 })
  const { journal } = served.sandbox.posthog
  expect(journal.calls).toMatchObject([
    {
      path: `/api/${scope}/1/heatmap_screenshots/${uuid}/content/?width=768`,
      headers: { authorization: 'Bearer [your personal api key]' },
      body: undefined,
    },
  ])
})

test('an image that is there is told by its type and the width that is served', async () => {
  await using served = await serve()
  const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xd9])
  const headers = {
    'content-type': 'image/jpeg',
    'content-disposition': `attachment; filename="screenshot-${uuid}-768.jpg"`,
  }
  served.sandbox.posthog.journal.script({ answer: { status: 200, headers, body: jpeg } })
  const { data, errors } = await ask(served.origin, DocumentScreenshotDocument, { projectId: '1', uuid })
  expect(errors).toEqual([])
  expect(data.pageHeatmap?.image).toEqual({ state: 'READY', contentType: 'image/jpeg', width: 768 })
})

type Heatmap = Omit<NonNullable<DocumentPageHeatmapQuery['pageHeatmap']>, 'id' | 'image'>

function asOnPage({ createdBy, renditions, ...heatmap }: Heatmap) {
  return {
    id: heatmap.uuid,
    short_id: heatmap.shortId,
    name: heatmap.name,
    url: heatmap.url,
    data_url: heatmap.dataUrl,
    target_widths: heatmap.targetWidths,
    type: heatmap.type,
    status: heatmap.status,
    has_content: heatmap.hasContent,
    snapshots: renditions?.map(({ width, hasContent }) => ({ width, has_content: hasContent })),
    deleted: heatmap.deleted,
    created_by: createdBy && {
      id: Number(createdBy.id),
      uuid: createdBy.uuid,
      distinct_id: createdBy.distinctId,
      first_name: createdBy.firstName,
      last_name: createdBy.lastName,
      email: createdBy.email,
      is_email_verified: createdBy.isEmailVerified,
      hedgehog_config: createdBy.hedgehogConfig,
      role_at_organization: createdBy.roleAtOrganization,
    },
    created_at: inSeconds(heatmap.createdAt),
    updated_at: inSeconds(heatmap.updatedAt),
    exception: heatmap.exception,
  }
}

/** The page tells no fractions of a second. */
function inSeconds(instant: string | null): string | undefined {
  return instant?.replace('.000Z', 'Z')
}

function raise(message: string): never {
  throw new Error(message)
}

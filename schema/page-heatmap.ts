import type { GraphQLResolveInfo } from 'graphql'
import type { Context } from '../src/context.ts'
import type { PostHogScope } from '../src/providers/posthog/client.ts'
import type { PostHogHeatmap, PostHogRendition } from '../src/providers/posthog/wire.ts'
import { BadInput } from '../src/upstream/bad-input.ts'
import { isUuid } from '../src/upstream/uuid.ts'
import { fitsRoute } from '../src/upstream/vendor-id.ts'
import { checked } from './argument-checks.ts'
import { builder } from './builder.ts'
import { callCost, sized } from './costs.ts'
import { HeatOverlayInput } from './heat-overlay.ts'
import { Heatmap, HeatmapImage } from './heatmap.ts'
import {
  checkImage,
  defaultWidth,
  type ImageArguments,
  imageKey,
  linkFields,
  millisecondsOf,
  toImage,
} from './page-image.ts'
import { PostHogUser } from './posthog-user.ts'
import { checkVendorId } from './route-id.ts'
import { selectedFields } from './selection.ts'

/** A saved heatmap. Its metadata is there if a list brought it; otherwise the first field that needs it loads it. */
export interface PageHeatmapRecord {
  readonly provider: 'posthog'
  readonly scope: PostHogScope
  readonly uuid: string
  readonly metadata?: PostHogHeatmap
}

/** A saved heatmap by its id at PostHog: a UUID, in lower case. */
interface PageHeatmapKey {
  readonly scope: PostHogScope
  readonly id: string
}

const PageHeatmapRendition = builder.objectRef<PostHogRendition>('PageHeatmapRendition')
PageHeatmapRendition.implement({
  description: 'The image of a page at one width.',
  fields: t => ({
    width: t.exposeInt('width', { nullable: false, description: 'In CSS pixels.' }),
    hasContent: t.exposeBoolean('hasContent', { description: 'Whether there is an image at this width.' }),
  }),
})

/** The options of a field that returns a value of the metadata unchanged. */
const metadata = <Key extends keyof PostHogHeatmap>(key: Key) => ({
  cost: callCost,
  resolve: async (
    heatmap: PageHeatmapRecord,
    _args: object,
    context: Context,
  ): Promise<PostHogHeatmap[Key]> => (await metadataOf(heatmap, context))[key],
})

/** The argument of every field with an image of a page. */
export const overlayArgument = {
  type: HeatOverlayInput,
  description:
    "Heat to draw over the page, which `heat` has as numbers. Null for a heatmap without a page. Costs the heatmap's metadata, and the calls of `heat` when the link is opened.",
}

/** The assumed number of widths of a heatmap. */
const assumedWidths = 10

/** A heatmap without its metadata. */
const freeFields: ReadonlySet<string> = new Set(['__typename', 'id', 'uuid', 'provider', 'image'])

export const PageHeatmap = builder.objectRef<PageHeatmapRecord>('PageHeatmap')
builder.node(PageHeatmap, {
  requiresScopes: [['heatmaps:read']],
  description: 'A saved heatmap of a web page from PostHog: a screenshot of the page at several widths.',
  interfaces: [Heatmap],
  isTypeOf: heatmap => heatmap instanceof Object && 'provider' in heatmap && heatmap.provider === 'posthog',
  id: {
    description: 'Such as `PageHeatmap:project:1:<uuid>`.',
    resolve: ({ scope, uuid }) =>
      `${scope.kind === 'projects' ? 'project' : 'environment'}:${scope.id}:${printId(uuid)}`,
  },
  fields: t => ({
    uuid: t.exposeID('uuid', {
      nullable: false,
      description: "PostHog's UUID of the heatmap, which its images use.",
    }),
    shortId: t.id({
      description: "PostHog's short id, which its own pages use.",
      ...metadata('shortId'),
    }),
    name: t.string({ description: 'Its name.', ...metadata('name') }),
    url: t.string({
      description: 'The page that is shown, as PostHog has it: it may not be a URL.',
      ...metadata('url'),
    }),
    dataUrl: t.string({
      description: 'The page whose data is drawn, or a pattern of pages with `*`.',
      ...metadata('dataUrl'),
    }),
    targetWidths: t.field({
      type: ['Int'],
      extensions: sized({ size: () => assumedWidths }),
      description: 'The widths to render, in CSS pixels.',
      ...metadata('targetWidths'),
    }),
    type: t.string({
      description: '`screenshot`, `iframe` or `recording`; only the first has images.',
      ...metadata('type'),
    }),
    status: t.string({ description: '`processing`, `completed` or `failed`.', ...metadata('status') }),
    hasContent: t.boolean({ description: 'Whether there is any image.', ...metadata('hasContent') }),
    renditions: t.field({
      type: [PageHeatmapRendition],
      listSize: { assumedSize: assumedWidths },
      description: 'The images by width.',
      ...metadata('renditions'),
    }),
    deleted: t.boolean({ description: 'Whether it was deleted.', ...metadata('deleted') }),
    blocksConsentModals: t.boolean({
      description: 'Whether rendering blocks consent dialogues; null from an older PostHog.',
      ...metadata('blocksConsentModals'),
    }),
    createdBy: t.field({
      type: PostHogUser,
      description: 'Who saved it; null when that user was removed.',
      ...metadata('createdBy'),
    }),
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was saved.',
      ...metadata('createdAt'),
    }),
    updatedAt: t.field({
      type: 'DateTime',
      description: 'When it was last changed.',
      ...metadata('updatedAt'),
    }),
    exception: t.string({
      description: 'Why rendering failed, in PostHog’s words.',
      ...metadata('exception'),
    }),
    image: t.field({
      type: HeatmapImage,
      cost: callCost,
      description:
        'Its image at a width. Costs one call for each heatmap and width, however many fields ask; none if only `link` is asked.',
      args: {
        width: t.arg.int({
          defaultValue: defaultWidth,
          description: 'In CSS pixels, 1 to 3000. Serves the nearest width that PostHog has rendered.',
        }),
        waitUpTo: t.arg({
          type: 'Duration',
          description:
            'How long to wait for an image that PostHog is drawing, such as `PT20S`; at most as long as the response may take.',
        }),
        overlay: t.arg(overlayArgument),
      },
      extensions: checked<ImageArguments>(checkImage),
      resolve: async (heatmap, { waitUpTo, ...args }, context, info) => {
        const { loaders, caller } = context
        const key = await imageKey(heatmap, args, context, async () =>
          pageOf(await metadataOf(heatmap, context)),
        )
        if (!key) return null
        if (selectedFields(info, 'HeatmapImage', caller).isSubsetOf(linkFields))
          return toImage(key, { state: 'READY' })
        return toImage(key, await loaders.posthog.rendered(key, millisecondsOf(waitUpTo)))
      },
    }),
  }),
})

builder.queryField('pageHeatmap', t =>
  t.field({
    type: PageHeatmap,
    cost: callCost,
    description:
      'One saved heatmap at PostHog, of a project or of an environment. By UUID its image costs one call and its metadata one list of the project; a short id costs one more call.',
    args: {
      projectId: t.arg.id({ description: "PostHog's project id; give this or an environment id." }),
      environmentId: t.arg.id({ description: "PostHog's environment id, for its older routes." }),
      id: t.arg.id({ required: true, description: "PostHog's UUID or short id of the heatmap." }),
    },
    extensions: checked<{
      readonly projectId?: string
      readonly environmentId?: string
      readonly id: string
    }>(args => {
      checkVendorId(scopeOf(args).id)
      if (!fitsRoute(args.id) || !/^[^\s/]+$/.test(args.id))
        throw new BadInput(`"${args.id}" is neither a UUID nor a short id.`)
    }),
    resolve: async (_root, args, context, info) => {
      const scope = scopeOf(args)
      if (isUuid(args.id)) return readPageHeatmap({ scope, id: args.id.toLowerCase() }, context, info)
      return toRecord(scope, await context.loaders.posthog.heatmaps.load({ scope, id: args.id }))
    },
  }),
)

/** A heatmap with a known UUID costs a call only if the query selects more than its image. */
export async function readPageHeatmap(
  { scope, id }: PageHeatmapKey,
  context: Context,
  info: GraphQLResolveInfo,
): Promise<PageHeatmapRecord> {
  if (isUuid(id) && selectedFields(info, 'PageHeatmap', context.caller).isSubsetOf(freeFields))
    return { provider: 'posthog', scope, uuid: id }
  return toRecord(scope, await metadataByKey({ scope, id }, context))
}

/** The metadata of a heatmap whose `id` is known. */
export function metadataByKey(key: PageHeatmapKey, { loaders }: Context): Promise<PostHogHeatmap> {
  return isUuid(key.id) ? loaders.posthog.heatmaps.load(key) : loaders.posthog.listedHeatmap(key)
}

export function toRecord(scope: PostHogScope, metadata: PostHogHeatmap): PageHeatmapRecord {
  return { provider: 'posthog', scope, uuid: metadata.id, metadata }
}

/** Finds a heatmap by the key behind `PageHeatmap:`; throws BadInput if it names none. */
export function parsePageHeatmapKey(key: string): PageHeatmapKey {
  const [, kind, scopeId, printed = ''] = /^(project|environment):(.+):([^:]+)$/s.exec(key) ?? []
  const id = readId(printed)
  if (!kind || !scopeId || !id) throw new BadInput(`No page heatmap has the id "${key}".`)
  checkVendorId(scopeId)
  return { scope: { kind: kind === 'project' ? 'projects' : 'environments', id: scopeId }, id }
}

/** PostHog promises UUIDs; any other id is escaped, so that it holds no separator of the key. */
function printId(id: string): string {
  return isUuid(id) ? id : `~${Buffer.from(id).toString('base64url')}`
}

/** Undefined if no key contains it. */
function readId(printed: string): string | undefined {
  if (isUuid(printed)) return printed.toLowerCase()
  return printed.startsWith('~') ? Buffer.from(printed.slice(1), 'base64url').toString() : undefined
}

export async function metadataOf(
  { scope, uuid, metadata }: PageHeatmapRecord,
  { loaders }: Context,
): Promise<PostHogHeatmap> {
  return metadata ?? (await loaders.posthog.heatmaps.load({ scope, id: uuid }))
}

/** The page whose visitors are counted; undefined if there is none. */
export function pageOf({ dataUrl, url }: PostHogHeatmap): string | undefined {
  return dataUrl || url || undefined
}

function scopeOf({
  projectId,
  environmentId,
}: {
  readonly projectId?: string | null | undefined
  readonly environmentId?: string | null | undefined
}): PostHogScope {
  if (projectId && !environmentId) return { kind: 'projects', id: projectId }
  if (environmentId && !projectId) return { kind: 'environments', id: environmentId }
  throw new BadInput('A page heatmap is asked by either projectId or environmentId.')
}

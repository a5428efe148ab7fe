import type { ObjectRef } from '@pothos/core'
import { Brand } from './brand.ts'
import { builder } from './builder.ts'
import { entityList, findEntities, Representation } from './entity-references.ts'
import { Location } from './location.ts'
import { mergeDirective } from './merge-directive.ts'
import { PageHeatmap } from './page-heatmap.ts'
import { Snapshot } from './snapshot.ts'
import { SpatialHeatmap } from './spatial-heatmap.ts'
import { View } from './view.ts'
import { Website } from './website.ts'

/** Any object: an error stands for one that is not found. */
type Entity = ObjectRef<typeof builder.$inferSchemaTypes, object>

const entities: Entity[] = [Brand, Location, PageHeatmap, Snapshot, SpatialHeatmap, View, Website]
const Entity = builder.unionType('_Entity', {
  description: 'Whatever another graph may know by a key of it.',
  types: entities,
})

builder.queryField('_entities', t =>
  t.field({
    type: [Entity],
    nullable: { list: false, items: true },
    description:
      'For gateways: the entities that these representations name, in their order. One that names nothing is null, with its own error. The entities share upstream calls, as rows of a list do.',
    args: {
      representations: t.arg({
        type: [Representation],
        required: true,
        description: 'Each an object of `__typename` and the fields of a key.',
      }),
    },
    extensions: {
      ...entityList,
      ...mergeDirective(['__typename', 'id'], 'id', {
        types: entities.filter(type => type !== Snapshot).map(({ name }) => name),
      }),
    },
    resolve: (_root, { representations }, context, info) => findEntities(representations, context, info),
  }),
)

/** One field for each key of a stitched graph; a type whose only key is `id` uses `_entities`. */
const entries: readonly {
  readonly type: Entity
  readonly plural: string
  readonly keys: readonly string[]
}[] = [
  { type: Brand, plural: 'brands', keys: ['brandId'] },
  { type: Location, plural: 'locations', keys: ['auraVisionId', 'analytiksId', 'brandId referenceNumber'] },
  { type: Snapshot, plural: 'snapshots', keys: ['id viewName'] },
  { type: View, plural: 'views', keys: ['url'] },
  {
    type: Website,
    plural: 'websites',
    keys: ['origin', 'zenovayId', 'posthogProjectId', 'posthogEnvironmentId', 'datadogApplicationId'],
  },
]

for (const { type, plural, keys } of entries) {
  for (const key of keys) {
    const fields = key.split(' ')
    const named = fields.join(' and ')
    const by = fields.map(field => `${field.charAt(0).toUpperCase()}${field.slice(1)}`).join('And')
    builder.queryField(`_${plural}By${by}`, t =>
      t.field({
        type: [type],
        nullable: { list: false, items: true },
        description: `For stitched graphs: what \`_entities\` answers for ${plural} by ${named}.`,
        args: {
          representations: t.arg({
            type: [Representation],
            required: true,
            description: `Each an object of ${named}.`,
          }),
        },
        extensions: { ...entityList, ...mergeDirective(fields, key) },
        resolve: (_root, { representations }, context, info) =>
          findEntities(
            representations.map(given => ({ ...Object(given), __typename: type.name })),
            context,
            info,
          ),
      }),
    )
  }
}

import './brand.ts'
import './entities.ts'
import './gateway-fields.ts'
import './heatmap-image-subscription.ts'
import './location.ts'
import './location-rates.ts'
import './location-traffic.ts'
import './node.ts'
import './page-heatmaps.ts'
import './provider.ts'
import './service-fields.ts'
import './snapshot.ts'
import './snapshot-mutations.ts'
import './spatial-heatmaps.ts'
import './view.ts'
import './website.ts'
import { specifiedDirectives } from 'graphql'
import { builder } from './builder.ts'
import { guardFields } from './guarded-fields.ts'
import { partDirectives } from './parts.ts'

export const schema = guardFields(
  builder.toSchema({ directives: [...specifiedDirectives, ...partDirectives] }),
)

import './brand.ts'
import './location.ts'
import './location-traffic.ts'
import './node.ts'
import './page-heatmaps.ts'
import './provider.ts'
import './snapshot.ts'
import './snapshot-mutations.ts'
import './spatial-heatmap.ts'
import './view.ts'
import './website.ts'
import { builder } from './builder.ts'

export const schema = builder.toSchema()

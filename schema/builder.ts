import SchemaBuilder from '@pothos/core'
import DirectivesPlugin from '@pothos/plugin-directives'
import FederationPlugin from '@pothos/plugin-federation'
import RelayPlugin from '@pothos/plugin-relay'
import {
  GraphQLDateTime,
  GraphQLDuration,
  GraphQLJSON,
  GraphQLLocalDate,
  GraphQLLocalDateTime,
  GraphQLSafeInt,
  GraphQLTimeZone,
  GraphQLURL,
} from 'graphql-scalars'
import type { Scope } from '../src/access/scopes.ts'
import type { Context } from '../src/context.ts'
import { readLocalDate, readLocalDateLiteral } from './local-date.ts'
import { readLocalDateTime, readLocalDateTimeLiteral } from './local-date-time.ts'

export const builder = new SchemaBuilder<{
  Context: Context
  DefaultEdgesNullability: { list: false; items: false }
  DefaultNodeNullability: false
  /** What `requiresScopes` may name. */
  FederationScopes: Scope
  /** What connections have besides their edges. */
  Connection: {
    readonly leftOut?: number
    readonly totalCount?: number
    readonly totalInteractions?: number | null
  }
  Scalars: {
    ID: { Input: string; Output: string }
    DateTime: { Input: Date; Output: string }
    LocalDate: { Input: string; Output: string }
    LocalDateTime: { Input: string; Output: string }
    Duration: { Input: string; Output: string }
    TimeZone: { Input: string; Output: string }
    URL: { Input: URL; Output: string }
    SafeInt: { Input: number; Output: number }
    JSON: { Input: unknown; Output: unknown }
    _Any: { Input: unknown; Output: unknown }
  }
}>({
  plugins: [RelayPlugin, DirectivesPlugin, FederationPlugin],
  relay: {
    // Readable to people, opaque to programs: `Location:oxford-street`.
    encodeGlobalID: (typename, id) => `${typename}:${id}`,
    decodeGlobalID: text => {
      const [typename = '', ...id] = text.split(':')
      return { typename, id: id.join(':') }
    },
    cursorType: 'String',
    nodeQueryOptions: false,
    nodesQueryOptions: false,
    edgesFieldOptions: {
      nullable: { list: false, items: false },
      description: 'The rows with their cursors, in order.',
    },
    nodeFieldOptions: { nullable: false, description: 'The row.' },
    nodesOnConnection: { description: 'The rows without their cursors, in order.' },
    cursorFieldOptions: {
      description:
        'Pass it as `after` to get the rows behind this one, even after this row has moved or gone. Opaque.',
    },
    pageInfoFieldOptions: { description: 'Where these rows stand in the whole list.' },
    idFieldOptions: { description: 'The id that `node` takes. Starts with the name of the type.' },
    nodeTypeOptions: { description: 'An object that `node` finds by its id.' },
    // Each graph of a federation that has pages brings its own `PageInfo`.
    pageInfoTypeOptions: { description: 'Whether more rows precede or follow a page.', shareable: true },
    hasNextPageFieldOptions: { description: 'Whether rows follow this page.' },
    hasPreviousPageFieldOptions: { description: 'Whether rows precede this page.' },
    startCursorFieldOptions: { description: 'The cursor of the first row; null on an empty page.' },
    endCursorFieldOptions: { description: 'The cursor of the last row; null on an empty page.' },
  },
})

builder.queryType({ description: 'Everything that can be queried. One query may use all five vendors.' })
builder.mutationType({
  description: 'All changes: the replay heatmap snapshots at Datadog.',
})

builder.addScalarType('DateTime', GraphQLDateTime, {
  // Instants get this form at the edge: parsing each again would take longer than all other work.
  serialize: value => (typeof value === 'string' ? value : GraphQLDateTime.serialize(value).toISOString()),
  parseValue: value => readInstant(() => GraphQLDateTime.parseValue(value)),
  parseLiteral: (literal, variables) => readInstant(() => GraphQLDateTime.parseLiteral(literal, variables)),
  description:
    'An instant, as RFC 3339 text. Input needs an offset; output is in UTC, such as `2026-11-21T09:00:00.000Z`.',
})
builder.addScalarType('LocalDateTime', GraphQLLocalDateTime, {
  serialize: value => (typeof value === 'string' ? value : GraphQLLocalDateTime.serialize(value)),
  parseValue: readLocalDateTime,
  parseLiteral: readLocalDateTimeLiteral,
  description:
    "A date and time by a place's own clock, without an offset, such as `2026-11-21T09:00:00`. As input, a date such as `2026-11-21` stands for its midnight.",
})
builder.addScalarType('LocalDate', GraphQLLocalDate, {
  parseValue: readLocalDate,
  parseLiteral: readLocalDateLiteral,
  description: 'A day of a calendar, such as `2026-11-21`.',
})
builder.addScalarType('Duration', GraphQLDuration, {
  description: 'A length of time in ISO 8601, such as `PT20S` or `PT1M30S`.',
})
builder.addScalarType('TimeZone', GraphQLTimeZone, {
  // The catalog has checked them. The library makes two formatters to check one: 0.1 ms and 50 KiB, which stay long.
  serialize: value => (typeof value === 'string' ? value : GraphQLTimeZone.serialize(value)),
  description: 'An IANA time zone, such as `Europe/London`.',
})
builder.addScalarType('URL', GraphQLURL, {
  description: 'An absolute URL.',
  // Kept as text: parsing would rewrite characters that a signature covers.
  serialize: String,
})
builder.addScalarType('SafeInt', GraphQLSafeInt, {
  serialize: value =>
    typeof value === 'number' && Number.isSafeInteger(value) ? value : GraphQLSafeInt.serialize(value),
  description: 'A whole number from -(2^53 - 1) to 2^53 - 1, which a double holds exactly.',
})
builder.addScalarType('JSON', GraphQLJSON, { description: 'Any JSON value, as a vendor sent it.' })

builder.subscriptionType({ description: 'What arrives over time, as server-sent events.' })

/** The library's message, with what to write instead. */
function readInstant(read: () => Date): Date {
  try {
    return read()
  } catch (error) {
    const wrong = error instanceof Error ? error.message : 'No DateTime.'
    throw new TypeError(`${wrong} Write an instant with its offset, such as 2026-11-21T09:00:00Z.`)
  }
}

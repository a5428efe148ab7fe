import {
  DirectiveLocation,
  GraphQLBoolean,
  GraphQLDirective,
  GraphQLInt,
  GraphQLNonNull,
  GraphQLString,
} from 'graphql'

const common = {
  if: {
    type: new GraphQLNonNull(GraphQLBoolean),
    defaultValue: true,
    description: 'If false, it comes with the rest.',
  },
  label: { type: GraphQLString, description: 'The name of this part in the response; each needs its own.' },
}

/** The directives of incremental delivery. The default executor knows them by name. */
export const partDirectives = [
  new GraphQLDirective({
    name: 'defer',
    description:
      'Sends this fragment later, when its data is there, so that a slow vendor does not hold up the rest. Works for callers that accept `multipart/mixed` or `text/event-stream`; all others get everything in one response.',
    locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
    args: common,
  }),
  new GraphQLDirective({
    name: 'stream',
    description: 'Sends the rows of this list one by one, as `@defer` sends a fragment.',
    locations: [DirectiveLocation.FIELD],
    args: {
      ...common,
      initialCount: {
        type: new GraphQLNonNull(GraphQLInt),
        defaultValue: 0,
        description: 'How many rows the first response holds; not negative.',
      },
    },
  }),
]

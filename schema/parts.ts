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
    description: 'False for what comes at once after all.',
  },
  label: { type: GraphQLString, description: 'What the part is called in the answer; one of its own each.' },
}

/** By which an operation asks for an answer in parts. The default executor knows them by their names. */
export const partDirectives = [
  new GraphQLDirective({
    name: 'defer',
    description:
      'Sends this fragment once it is there, and all else before: a slow vendor keeps nobody waiting. The caller accepts `multipart/mixed` or `text/event-stream`; to others everything comes at once.',
    locations: [DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
    args: common,
  }),
  new GraphQLDirective({
    name: 'stream',
    description: 'Sends the rows of this list one after the other, as `@defer` does a fragment.',
    locations: [DirectiveLocation.FIELD],
    args: {
      ...common,
      initialCount: {
        type: new GraphQLNonNull(GraphQLInt),
        defaultValue: 0,
        description: 'How many rows come at once; not negative.',
      },
    },
  }),
]

import { GraphQLError } from 'graphql'

/** A question that no upstream call could answer, told before any is made: `BAD_USER_INPUT` with a sentence saying what was wrong. */
export class BadInput extends GraphQLError {
  constructor(message: string) {
    super(message, { extensions: { code: 'BAD_USER_INPUT' } })
  }
}

import { GraphQLError } from 'graphql'
import { cutText } from './cut-text.ts'

/** In characters. An error's message may quote what a client sent, which is as long as the client likes. */
export const longestMessage = 300

/** A question that no upstream call could answer, told before any is made: `BAD_USER_INPUT` with a sentence saying what was wrong. */
export class BadInput extends GraphQLError {
  constructor(message: string) {
    super(cutText(message, longestMessage), { extensions: { code: 'BAD_USER_INPUT' } })
  }
}

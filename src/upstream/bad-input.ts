import { GraphQLError } from 'graphql'
import { cutText } from './cut-text.ts'

/** In characters. A message may quote the client's input, which can have any length. */
export const longestMessage = 300

/** Input that no upstream call could satisfy, rejected before any call. Its message is a sentence that says what is wrong. */
export class BadInput extends GraphQLError {
  constructor(message: string) {
    super(cutText(message, longestMessage), { extensions: { code: 'BAD_USER_INPUT' } })
  }
}

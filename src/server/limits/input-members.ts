import type { GraphQLInputField, GraphQLInputObjectType } from 'graphql'
import { outermostOnly } from '../../../schema/time-range.ts'

/** The members that an input object may have in this place: some are refused in objects that are members themselves. */
export function inputMembers(
  type: GraphQLInputObjectType,
  isOutermost: boolean,
): readonly GraphQLInputField[] {
  return Object.values(type.getFields()).filter(({ extensions }) => isOutermost || !extensions[outermostOnly])
}

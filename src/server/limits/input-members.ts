import type { GraphQLInputField, GraphQLInputObjectType } from 'graphql'
import { outermostOnly } from '../../../schema/time-range.ts'

/** The members that an input object may have where it stands: some are refused where it is a member itself. */
export function inputMembers(
  type: GraphQLInputObjectType,
  isOutermost: boolean,
): readonly GraphQLInputField[] {
  return Object.values(type.getFields()).filter(({ extensions }) => isOutermost || !extensions[outermostOnly])
}

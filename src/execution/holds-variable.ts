import { Kind, type ValueNode } from 'graphql'

/** Whether a value depends on the variables of a request, and so may differ from one to the next. */
export function holdsVariable(value: ValueNode): boolean {
  if (value.kind === Kind.LIST) return value.values.some(holdsVariable)
  if (value.kind === Kind.OBJECT) return value.fields.some(field => holdsVariable(field.value))
  return value.kind === Kind.VARIABLE
}

import { z } from 'zod'

/** The part of a schema that responses are compared with. */
export type ResponseShape =
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, Member> }
  | { readonly kind: 'array'; readonly element: ResponseShape }
  /** An object whose members' names are data. */
  | { readonly kind: 'map'; readonly value: ResponseShape }
  | { readonly kind: 'either'; readonly options: readonly ResponseShape[] }
  | { readonly kind: 'value'; readonly schema: z.core.$ZodType }

export interface Member {
  readonly shape: ResponseShape
  /** Whether the vendor documents that it may be missing. The schema tolerates more. */
  readonly isOptional: boolean
}

/** The shape of a schema's input. */
export function shapeOf(schema: z.core.$ZodType): ResponseShape {
  if (schema instanceof z.ZodObject) {
    const members = Object.entries(schema.shape).map(([name, member]) => [name, memberOf(member)] as const)
    return { kind: 'object', members: new Map(members) }
  }
  if (schema instanceof z.ZodArray) return { kind: 'array', element: shapeOf(schema.element) }
  if (schema instanceof z.ZodRecord) return { kind: 'map', value: shapeOf(schema.valueType) }
  if (schema instanceof z.ZodUnion) return { kind: 'either', options: schema.options.map(shapeOf) }
  if (schema instanceof z.ZodPipe) return shapeOf(schema.in)
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodCatch)
    return shapeOf(schema.unwrap())
  return { kind: 'value', schema }
}

function memberOf(schema: z.core.$ZodType): Member {
  return { shape: shapeOf(schema), isOptional: schema instanceof z.ZodOptional || isOftenMissing(schema) }
}

/** Marks a member that the vendor documents as sometimes missing, if the schema itself makes it null. */
export const oftenMissing = { isOftenMissing: true } as const

function isOftenMissing(schema: z.core.$ZodType): boolean {
  return schema instanceof z.ZodType && schema.meta()?.isOftenMissing === true
}

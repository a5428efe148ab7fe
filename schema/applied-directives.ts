import { z } from 'zod'

export interface AppliedDirective {
  readonly name: string
  readonly args: Readonly<Record<string, unknown>>
}

/** A type, a field, or what one is made of. */
export interface Annotated {
  readonly extensions?: Readonly<Record<string, unknown>> | null | undefined
}

/** The directives that the builder put on a type, field, argument or enum value, for other graphs to read. */
export function appliedDirectives({ extensions }: Annotated): readonly AppliedDirective[] {
  return Noted.parse(extensions?.directives ?? [])
}

const Noted = z.array(
  z.object({ name: z.string(), args: z.record(z.string(), z.unknown()).nullish() }).transform(noted => ({
    name: noted.name,
    args: noted.args ?? {},
  })),
)

import type { Context } from '../src/context.ts'

/** The name under which a field's extensions hold its check. */
export const argumentCheck = 'isothermArgumentCheck'

/**
 * Extensions of a field whose arguments are checked before the operation runs, so that bad input deep in a query costs no
 * upstream call above it. The check throws BadInput for what no upstream call could answer.
 */
export function checked<Args extends object>(check: (args: Args, context: Context) => void) {
  return { [argumentCheck]: check }
}

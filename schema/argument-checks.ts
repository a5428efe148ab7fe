/** A check that throws BadInput when the arguments of a field cannot be answered by any upstream call. */
export type ArgumentCheck = (args: Readonly<Record<string, unknown>>) => void

/** The name under which a field's extensions hold its check. */
export const argumentCheck = 'isothermArgumentCheck'

/**
 * Extensions of a field whose arguments are checked before anything of the whole operation is run, so that bad input deep
 * in a query costs no upstream call above it. The resolver may rely on it only as far as it runs the same check.
 */
export function checked<Args extends object>(
  check: (args: Args) => void,
): { [argumentCheck]: (args: Args) => void } {
  return { [argumentCheck]: check }
}

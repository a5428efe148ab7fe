import { GraphQLError } from 'graphql'
import { NotMade, TooManyCalls } from '../../../upstream/source/admission.ts'
import { rootOf } from './root-error.ts'

type Errors = readonly GraphQLError[] | undefined

/** The errors that a client sees. Skipped calls of a dry run are none, and the refusal of too many calls appears once. */
export function visibleErrors(errors: Errors): Errors {
  let isRefused = false
  const visible = errors?.filter(error => {
    const root = rootOf(error)
    if (!(root instanceof TooManyCalls)) return !(root instanceof NotMade)
    const isFirst = !isRefused
    isRefused = true
    return isFirst
  })
  return visible?.length ? visible : undefined
}

/** The error of a request that was refused as a whole, before any call. */
export function requestRefusal(errors: Errors): GraphQLError | undefined {
  const refusal = refusalAmong(errors)
  const extensions = { ...refusal?.extensions, http: { spec: true, status: 400 } }
  return refusal && new GraphQLError(refusal.message, { extensions })
}

function refusalAmong(errors: Errors): GraphQLError | undefined {
  return errors?.find(error => rootOf(error) instanceof TooManyCalls)
}

import type { Plugin } from 'graphql-yoga'

/** Asks for what a request would cost, in place of its answer or beside it. */
export const explainHeader = 'isotherm-explain'

/** The calls that a request would make, in place of its answer; or its static cost beside the answer. */
const explanations = ['plan', 'cost']

export function asksForPlan({ headers }: Pick<Request, 'headers'>): boolean {
  return headers.get(explainHeader) === 'plan'
}

export function asksForCost({ headers }: Pick<Request, 'headers'>): boolean {
  return headers.get(explainHeader) === 'cost'
}

/** Refuses a value of the header that is not known, 400: who hoped for a plan must not pay for an answer. */
export function useExplain(): Plugin {
  return {
    onRequest({ request, fetchAPI, endResponse }) {
      const value = request.headers.get(explainHeader)
      if (value === null || explanations.includes(value)) return
      const message = `The header ${explainHeader} knows the values "plan" and "cost" alone.`
      const body = { errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }
      endResponse(fetchAPI.Response.json(body, { status: 400 }))
    },
  }
}

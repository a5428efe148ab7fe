import type { Plugin } from 'graphql-yoga'

/** Asks for what a request would cost in place of its answer. */
export const explainHeader = 'isotherm-explain'

export function asksForPlan({ headers }: Pick<Request, 'headers'>): boolean {
  return headers.get(explainHeader) === 'plan'
}

/** Refuses a value of the header that is not known, 400: who hoped for a plan must not pay for an answer. */
export function useExplain(): Plugin {
  return {
    onRequest({ request, fetchAPI, endResponse }) {
      const value = request.headers.get(explainHeader)
      if (value === null || value === 'plan') return
      const message = `The header ${explainHeader} knows the value "plan" alone.`
      const body = { errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }
      endResponse(fetchAPI.Response.json(body, { status: 400 }))
    },
  }
}

import type { Plugin } from 'graphql-yoga'

/**
 * Takes operations as JSON alone, 415 otherwise. A form on anybody's page could post the other kinds to a server that its
 * visitor can reach, without the browser asking that server first.
 */
export function useJsonOnly(): Plugin {
  return {
    onRequest({ request, fetchAPI, endResponse }) {
      if (request.method !== 'POST') return
      const [type = ''] = (request.headers.get('content-type') ?? '').split(';')
      if (type.trim().toLowerCase() === 'application/json') return
      const message = 'An operation is posted as application/json.'
      const body = { errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }
      endResponse(fetchAPI.Response.json(body, { status: 415 }))
    },
  }
}

import type { Plugin } from 'graphql-yoga'
import { tryJson } from '../../upstream/json.ts'

/**
 * Takes operations as JSON alone, 415 otherwise. A form on anybody's page could post the other kinds to a server that its
 * visitor can reach, without the browser asking that server first. What a GET holds in its URL is JSON too, 400 otherwise.
 */
export function useJsonOnly(): Plugin {
  return {
    onRequest({ request, url, fetchAPI, endResponse }) {
      const refuse = (status: number, message: string) => {
        const body = { errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] }
        endResponse(fetchAPI.Response.json(body, { status }))
      }
      if (request.method === 'GET') {
        const wrong = ['variables', 'extensions'].find(name => {
          const text = url.searchParams.get(name)
          return text && tryJson(text) === undefined
        })
        if (wrong) refuse(400, `"${wrong}" is not JSON.`)
      }
      if (request.method !== 'POST') return
      const [type = ''] = (request.headers.get('content-type') ?? '').split(';')
      if (type.trim().toLowerCase() === 'application/json') return
      refuse(415, 'An operation is posted as JSON: send the header content-type: application/json.')
    },
  }
}

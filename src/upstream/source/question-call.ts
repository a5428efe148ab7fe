import type { CallContext } from '../call-context.ts'
import { CallTrail } from '../call-trail.ts'
import { endedError } from '../deadline.ts'
import type { PlannedCall } from './admission.ts'
import type { InFlightQuestion } from './in-flight.ts'
import type { RequestScope } from './request-scope.ts'

/** The call context of a call for these questions. The request that begins the call pays for it. */
export function callContextFor<Key, Value>(
  call: { readonly plan: PlannedCall },
  questions: readonly InFlightQuestion<Key, Value>[],
  scope: RequestScope,
): CallContext {
  const { usage, incoming, caller, charge, requester } = scope
  return {
    signal: whileWanted(questions, scope),
    requester,
    caller,
    charge,
    traceparent: incoming.traceparent,
    trail: new CallTrail(call.plan.route, incoming),
    begun() {
      usage.noteMade(questions.map(({ planned }) => planned))
      const made = { usage, call }
      for (const question of questions) question.made = made
    },
    repeated() {
      usage.repeated++
    },
    tokenAsked() {
      usage.tokens++
    },
    arriving(value) {
      for (const question of questions) question.show(value)
    },
    received(bytes) {
      usage.bytes += bytes
    },
  }
}

/** Aborts when nobody waits for any of the questions. */
export function whileWanted<Key, Value>(
  questions: readonly InFlightQuestion<Key, Value>[],
  scope: RequestScope,
): AbortSignal {
  const controller = new AbortController()
  let left = questions.length
  const onUnwanted = () => {
    if (--left === 0) controller.abort(endedError(scope.provider, scope.signal))
  }
  for (const question of questions) question.onUnwanted = onUnwanted
  return controller.signal
}

import { type ExecutionResult, execute } from 'graphql'
import { isAsyncIterable } from 'graphql-yoga'
import type { OperationPlugin } from './yoga.ts'

export type ExecuteHook = NonNullable<OperationPlugin['onExecute']>
type Payload = Parameters<ExecuteHook>[0]
type Hooked = Exclude<Awaited<ReturnType<ExecuteHook>>, void>
type DoneHook = NonNullable<Hooked['onExecuteDone']>

/** Calls the hooks as Envelop does, around the execution of a query that has one whole result. */
export async function runHooked(
  hooks: readonly ExecuteHook[],
  args: Payload['args'],
): Promise<ExecutionResult> {
  let result: ExecutionResult | undefined
  const setResult = (next: unknown) => {
    result = wholeOf(next)
  }
  const payload: Payload = {
    args,
    context: args.contextValue,
    executeFn: execute,
    setExecuteFn(next) {
      payload.executeFn = next
    },
    setResultAndStopExecution: setResult,
    extendContext: extension => void Object.assign(args.contextValue, extension),
  }
  const doneHooks: DoneHook[] = []
  for (const hook of hooks) {
    const returned = hook(payload)
    const hooked = returned instanceof Promise ? await returned : returned
    if (typeof hooked === 'object' && hooked.onExecuteDone) doneHooks.push(hooked.onExecuteDone)
    if (result) break
  }
  result ??= wholeOf(await payload.executeFn(args))
  for (const hook of doneHooks) {
    const returned: unknown = hook({ args, result, setResult })
    if (returned instanceof Promise) await returned
  }
  return result
}

function wholeOf(result: unknown): ExecutionResult {
  if (typeof result !== 'object' || result === null || isAsyncIterable(result))
    throw new TypeError('A query without increments has one whole result.')
  return result
}

/** Called with work for after the response, which no plugin has. */
export function nothingLeft(): void {}
